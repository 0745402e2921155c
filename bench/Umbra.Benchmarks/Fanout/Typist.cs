using System.Diagnostics;

namespace Umbra.Benchmarks.Fanout;

/// <summary>Somebody who types at a viewer, and waits for the picture to show each key. The drawing program must not have seen a key before.</summary>
internal sealed class Typist(StepViewer viewer, int keysPerSecond)
{
    /// <summary>The pauses differ by as much as they are long, so that keys keep no step with pictures.</summary>
    private const double ShortestPause = 0.5;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);
    private readonly List<long> _pressed = [];

    public void Type(TimeSpan length)
    {
        Cores.GoFirst();
        long begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) < length)
        {
            _pressed.Add(viewer.PressKey());
            Thread.Sleep(TimeSpan.FromSeconds((ShortestPause + Random.Shared.NextDouble()) / keysPerSecond));
        }
    }

    /// <summary>Waits until the last key is shown, or for some time.</summary>
    /// <returns>Milliseconds by key; of one that is not shown, how long it was waited for.</returns>
    public IReadOnlyList<double> ReadAnswers()
    {
        long begun = Stopwatch.GetTimestamp();
        while (viewer.FindKey((uint)_pressed.Count) is null && Stopwatch.GetElapsedTime(begun) < Patience)
        {
            Thread.Sleep(Glance);
        }

        long now = Stopwatch.GetTimestamp();
        return [.. _pressed.Select((time, i) => Stopwatch.GetElapsedTime(time, viewer.FindKey((uint)i + 1) ?? now).TotalMilliseconds)];
    }
}
