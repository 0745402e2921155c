using System.Globalization;
using Umbra.Testing;

namespace Umbra.Benchmarks.Fanout;

/// <summary>A workload that is being drawn, away from who serves. Its log goes to a file, so that nobody has to run for each step.</summary>
internal sealed class Drawing : IAsyncDisposable
{
    /// <summary>It ends then, should nobody be left to end it.</summary>
    private const string MostSeconds = "3600";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly ExternalProcess _process;
    private readonly string _log;

    private Drawing(ExternalProcess process, string log)
    {
        _process = process;
        _log = log;
    }

    /// <summary>Stops moving.</summary>
    /// <returns>The step that stays.</returns>
    public async Task<uint> FreezeAsync(CancellationToken cancellationToken)
    {
        const string Frozen = "frozen ";
        _process.Send(Signal.User1);
        while (true)
        {
            // The last line may be half there.
            string[] lines = (await File.ReadAllTextAsync(_log, cancellationToken)).Split('\n')[..^1];
            if (Array.FindLast(lines, line => line.StartsWith(Frozen, StringComparison.Ordinal) || line.StartsWith("moving ", StringComparison.Ordinal)) is { } line && line.StartsWith(Frozen, StringComparison.Ordinal))
            {
                return uint.Parse(line[Frozen.Length..], CultureInfo.InvariantCulture);
            }

            await Task.Delay(10, cancellationToken);
        }
    }

    /// <summary>Moves again.</summary>
    public void Thaw() => _process.Send(Signal.User1);

    /// <summary>Starts and waits until it is on the screen.</summary>
    /// <param name="isEcho">It also takes the keyboard, and shows how many keys were pressed.</param>
    public static async Task<Drawing> StartAsync(FanoutWorkload workload, bool isEcho, IReadOnlyDictionary<string, string?> display, string log, CancellationToken cancellationToken)
    {
        string program = await InteropProgram.XMoveAsync();
        IReadOnlyList<string> command = Cores.Elsewhere(
            [program, workload.Name, "--fps", workload.Rate.ToString(CultureInfo.InvariantCulture), "--seconds", MostSeconds, "--log", .. isEcho ? (string[])["--echo"] : []]);
        Drawing drawing = new(ExternalProcess.Start("sh", ["-c", "exec \"$@\" >\"$0\"", log, .. command], display), log);
        try
        {
            for (DateTime end = DateTime.UtcNow + Patience; !File.Exists(log) || new FileInfo(log).Length == 0;)
            {
                if (drawing._process.HasExited || DateTime.UtcNow > end)
                {
                    throw new InvalidOperationException($"nothing is drawn\n{drawing._process.Errors}");
                }

                await Task.Delay(20, cancellationToken);
            }

            return drawing;
        }
        catch
        {
            await drawing.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it.</summary>
    /// <returns>When each step was drawn: nanoseconds of the monotonic clock.</returns>
    public async Task<SortedDictionary<uint, long>> EndAsync()
    {
        _process.Send(Signal.Terminate);
        await _process.WaitForExitAsync(Patience);
        return Workload.ReadLog(await File.ReadAllLinesAsync(_log));
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
