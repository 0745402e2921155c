using System.Text.Json;
using Umbra.Testing;

namespace Umbra.Benchmarks.Fanout;

/// <summary>A <see cref="ViewerLoad"/> in a process away from who serves, seen from outside.</summary>
internal sealed class ViewerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    /// <summary>All skimming viewers run on the thread that waits for sockets: no hand-over to another for each receive.</summary>
    private static readonly Dictionary<string, string?> Variables = new(OwnProgram.Variables) { ["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1" };

    private readonly ViewerLoadOptions _options;
    private readonly ExternalProcess _process;

    private ViewerProcess(ViewerLoadOptions options, ExternalProcess process)
    {
        _options = options;
        _process = process;
    }

    /// <summary>Starts it and waits until everybody has a picture, or was not let in.</summary>
    public static async Task<ViewerProcess> StartAsync(ViewerLoadOptions options, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> command = Cores.Elsewhere(Environment.ProcessPath!, ViewerLoad.Verb, JsonSerializer.Serialize(options));
        ViewerProcess viewers = new(options, ExternalProcess.Start(command[0], command.Skip(1), Variables, hasInput: true));
        try
        {
            await viewers.WaitAsync(ViewerLoad.Ready, cancellationToken);
            return viewers;
        }
        catch
        {
            await viewers.DisposeAsync();
            throw;
        }
    }

    /// <summary>Warms up and measures.</summary>
    public async Task<ViewerLoadResult> MeasureAsync(CancellationToken cancellationToken)
    {
        await _process.Input.WriteLineAsync();
        await _process.Input.FlushAsync(cancellationToken);
        await WaitAsync(ViewerLoad.Done, cancellationToken);
        return JsonSerializer.Deserialize<ViewerLoadResult>(await File.ReadAllTextAsync(_options.ResultFile, cancellationToken))!;
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task WaitAsync(string word, CancellationToken cancellationToken)
    {
        try
        {
            await _process.Output.WaitForAsync(line => line == word, Patience + TimeSpan.FromSeconds(_options.WarmUp + _options.Seconds)).WaitAsync(cancellationToken);
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidOperationException($"the viewers ended\n{_process.Errors}", exception);
        }
    }
}
