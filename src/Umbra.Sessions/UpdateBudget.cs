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

    /// <summary>By so much it grows once it has been too much.</summary>
    private const double Careful = 1.5;

    private TimeSpan? _delay;
    private bool _wasTooMuch;

    public int Bytes { get; private set; } = FirstBytes;

    /// <summary>Whether any update has arrived: before that, nothing is known of the wire.</summary>
    public bool IsMeasured { get; private set; }

    /// <summary>An update of <paramref name="bytes"/> has arrived <paramref name="took"/> after it was begun.</summary>
    public void Arrived(long bytes, TimeSpan took)
    {
        // What the quickest took is the way there and back, which smaller updates would not shorten. Of the first nothing is known yet.
        TimeSpan excess = took - (_delay ?? TimeSpan.Zero);
        excess = excess < TimeSpan.Zero ? TimeSpan.Zero : excess;
        _delay = _delay is { } least && least < took ? least : took;
        IsMeasured = true;
        if (excess > Target)
        {
            Bytes = (int)Math.Clamp(bytes * (Target / excess), MinBytes, MaxBytes);
            _wasTooMuch = true;
        }
        else if (bytes >= Bytes / 2 && excess < Target)
        {
            double most = _wasTooMuch ? Careful : 4;
            double growth = excess <= Quick ? most : Math.Min(most, Target / excess);
            Bytes = (int)Math.Min(MaxBytes, Bytes * growth);
        }
    }
}
