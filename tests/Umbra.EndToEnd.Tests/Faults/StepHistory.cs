using System.Diagnostics;
using Umbra.Sessions.Sources.Pattern;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.Faults;

/// <summary>
/// When a fast viewer first saw each of the last steps, to tell how old a step is that a slow one has just received. A slow viewer gets the
/// marker's two tiles in different updates, so only the low byte of the step counts, which lies in the first tile. Thread-safe.
/// </summary>
internal sealed class StepHistory
{
    private const int Square = 8;
    private readonly Lock _gate = new();
    private readonly long[] _shownAt = new long[256];
    private readonly TimeSpan _period;

    public StepHistory(int stepsPerSecond) => _period = TimeSpan.FromSeconds(256.0 / stepsPerSecond);

    /// <summary>The step modulo 256: the first eight squares of the marker's second row.</summary>
    public static int LowByte(BgrxImage picture)
    {
        int step = 0;
        for (int i = 0; i < 8; i++)
        {
            int pixel = ((Square + (Square / 2)) * picture.Stride) + (((i * Square) + (Square / 2)) * 4);
            step = (step << 1) | (picture.Pixels[pixel + 1] > 127 ? 1 : 0);
        }

        return step;
    }

    public void Shown(BgrxImage picture)
    {
        if (!PatternMarker.TryRead(picture.Pixels, picture.Stride, out uint step))
        {
            return;
        }

        lock (_gate)
        {
            ref long shownAt = ref _shownAt[step & 0xFF];
            if (shownAt == 0 || Stopwatch.GetElapsedTime(shownAt) > _period / 2)
            {
                shownAt = Stopwatch.GetTimestamp();
            }
        }
    }

    /// <summary>How long ago the step was shown; null where it was not (yet).</summary>
    public TimeSpan? AgeOf(int lowByte)
    {
        lock (_gate)
        {
            return _shownAt[lowByte] == 0 ? null : Stopwatch.GetElapsedTime(_shownAt[lowByte]);
        }
    }
}
