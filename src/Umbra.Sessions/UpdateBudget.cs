namespace Umbra.Sessions;

/// <summary>
/// How many bytes the next update may have, so that it arrives within about <see cref="Target"/>: a viewer on a thin wire gets small updates, each with the
/// newest content, instead of a large one that is old when it arrives. Grows quickly while updates arrive quickly.
/// </summary>
public sealed class UpdateBudget
{
    /// <summary>Even a 1200-baud wire is sent this much at once; below it headers would dominate.</summary>
    public const int MinBytes = 1024;

    public const int MaxBytes = 16 * 1024 * 1024;

    /// <summary>The first update: little enough for a slow viewer, and a quick one grows out of it in a few round trips.</summary>
    public const int FirstBytes = 32 * 1024;

    public static readonly TimeSpan Target = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan Quick = Target / 2.5;

    public int Bytes { get; private set; } = FirstBytes;

    /// <summary>Whether any update has arrived: before that, nothing is known of the wire.</summary>
    public bool IsMeasured { get; private set; }

    /// <summary>An update of <paramref name="bytes"/> has arrived <paramref name="took"/> after it was begun.</summary>
    public void Arrived(long bytes, TimeSpan took)
    {
        IsMeasured = true;
        if (took <= Quick && bytes >= Bytes / 2)
        {
            Bytes = Math.Min(MaxBytes, Bytes * 4);
        }
        else if (took > Target)
        {
            Bytes = (int)Math.Clamp(bytes * (Target / took), MinBytes, MaxBytes);
        }
        else if (bytes >= Bytes / 2 && took < Target)
        {
            Bytes = (int)Math.Min(MaxBytes, Bytes * (Target / took));
        }
    }
}
