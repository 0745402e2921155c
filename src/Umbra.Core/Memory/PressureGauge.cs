namespace Umbra.Core.Memory;

/// <summary>
/// Reads a level from what is used of a limit. A level is left at a lower point than it is entered at, so that what one measure frees does not end the pressure
/// until the next rent. Not thread-safe.
/// </summary>
public sealed class PressureGauge
{
    /// <summary>Where each level above <see cref="PressureLevel.None"/> is entered, and where it is left, as parts of the limit.</summary>
    private static readonly (double Enter, double Leave)[] Points = [(0.70, 0.60), (0.85, 0.75), (0.95, 0.85)];

    public PressureLevel Level { get; private set; }

    /// <summary>The level now.</summary>
    /// <param name="used">Bytes.</param>
    /// <param name="limit">Bytes; 0 where nothing may be used, which is <see cref="PressureLevel.Critical"/> as soon as anything is.</param>
    public PressureLevel Read(long used, long limit)
    {
        double part = limit > 0 ? used / (double)limit : used > 0 ? 1 : 0;
        while (Level < PressureLevel.Critical && part >= Points[(int)Level].Enter)
        {
            Level++;
        }

        while (Level > PressureLevel.None && part < Points[(int)Level - 1].Leave)
        {
            Level--;
        }

        return Level;
    }

    /// <summary>Bytes that must go so that <see cref="PressureLevel.Critical"/> is left.</summary>
    public static long Excess(long used, long limit) => Math.Max(0, used - (long)(limit * Points[^1].Leave) + 1);
}
