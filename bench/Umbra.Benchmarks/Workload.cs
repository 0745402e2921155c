using System.Globalization;
using Umbra.Testing;

namespace Umbra.Benchmarks;

/// <summary>Something drawn on the desktop, and when each step of it was there.</summary>
/// <param name="Name">For people.</param>
/// <param name="Mode">A mode of xmove.</param>
/// <param name="Rate">Steps per second.</param>
/// <param name="IsTyped">It draws a step for each key that is pressed.</param>
internal sealed record Workload(string Name, string Mode, double Rate, bool IsTyped = false)
{
    /// <summary>Every pixel new, 30 times a second.</summary>
    public static readonly Workload Video = new("full-screen video", "video", 30);

    /// <summary>A few squares; at a rate that keeps no step with anybody's 60 frames a second.</summary>
    public static readonly Workload SmallChange = new("small change", "marker", 17.3);

    /// <summary>The same squares, moved by somebody who types.</summary>
    public static readonly Workload Typing = new("typing", "marker", 17.3, IsTyped: true);

    /// <summary>By somebody who thinks meanwhile.</summary>
    public static readonly Workload SlowTyping = new("typing", "marker", 4.3, IsTyped: true);

    /// <summary>Draws for some seconds.</summary>
    /// <param name="display">DISPLAY and XAUTHORITY.</param>
    /// <returns>When each step was drawn: nanoseconds of CLOCK_MONOTONIC, which is <see cref="System.Diagnostics.Stopwatch"/>'s.</returns>
    public async Task<SortedDictionary<uint, long>> RunAsync(IReadOnlyDictionary<string, string?> display, TimeSpan length, CancellationToken cancellationToken)
    {
        string program = await InteropProgram.XMoveAsync();
        string rate = Rate.ToString(CultureInfo.InvariantCulture);
        string seconds = length.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
        await using ExternalProcess drawing = ExternalProcess.Start(
            program, [Mode, .. IsTyped ? (string[])["--keys"] : ["--fps", rate], "--seconds", seconds, "--log"], display);
        int exitCode = await drawing.WaitForExitAsync(length * 3).WaitAsync(cancellationToken);
        ProcessResult result = new ProcessResult(exitCode, drawing.Output.ToString(), drawing.Errors.ToString()).EnsureSuccess();
        return ReadLog(result.Output.Split('\n'));
    }

    /// <summary>When each step was drawn, by what xmove says with --log.</summary>
    public static SortedDictionary<uint, long> ReadLog(IEnumerable<string> lines)
    {
        SortedDictionary<uint, long> drawn = [];
        foreach (string line in lines)
        {
            if (line.Split(' ') is ["step", var step, var time])
            {
                drawn[uint.Parse(step, CultureInfo.InvariantCulture)] = long.Parse(time, CultureInfo.InvariantCulture);
            }
        }

        return drawn;
    }
}
