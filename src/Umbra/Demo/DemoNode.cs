using System.Diagnostics;
using Umbra.Api;
using Umbra.Api.Client;

namespace Umbra.Demo;

/// <summary>One node of the demo: a process of this program with state and sockets of its own. Disposing stops it as an administrator would.</summary>
internal sealed class DemoNode : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(15);
    private readonly Process _process;

    private DemoNode(string name, string folder, Process process)
    {
        Name = name;
        LinkAddress = $"pipe://{folder}/run/link.sock";
        _process = process;
        Client = new NodeClient($"{folder}/run/api.sock", TimeSpan.FromSeconds(30));
    }

    public string Name { get; }

    public string LinkAddress { get; }

    public NodeClient Client { get; }

    public int ProcessId => _process.Id;

    /// <param name="folder">Made by the caller, for this node alone.</param>
    /// <exception cref="NodeOperationException">It does not start.</exception>
    public static async Task<DemoNode> StartAsync(string name, string folder, CancellationToken cancellationToken)
    {
        string[] where = ["--state-directory", $"{folder}/state"];
        using (Process init = Run(["node", "init", "--name", name, .. where]))
        {
            string failure = await init.StandardError.ReadToEndAsync(cancellationToken);
            await init.WaitForExitAsync(cancellationToken);
            Require(init.ExitCode == 0, $"{name} could not be initialised: {failure}");
        }

        Process process = Run(
        [
            "serve", .. where, "--runtime-directory", $"{folder}/run", "--link-listen", $"pipe://{folder}/run/link.sock", "--shadowing", "control",
        ]);
        DemoNode node = new(name, folder, process);
        try
        {
            string? ready = await process.StandardOutput.ReadLineAsync(cancellationToken).AsTask().WaitAsync(StartTimeout, cancellationToken);
            Require(ready is not null, $"{name} did not start: {(ready is null ? await process.StandardError.ReadToEndAsync(cancellationToken) : "")}");
            process.ErrorDataReceived += (_, line) => Console.Error.WriteLine(line.Data is null ? "" : $"{name}: {line.Data}");
            process.BeginErrorReadLine();
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
        {
            using (Process? kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]))
            {
                await kill!.WaitForExitAsync();
            }

            try
            {
                await _process.WaitForExitAsync().WaitAsync(StopTimeout);
            }
            catch (TimeoutException)
            {
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync();
            }
        }

        _process.Dispose();
    }

    /// <summary>
    /// Ctrl-C reaches every process of the terminal's group; the nodes ignore it, so that the demo can take them down in order.
    /// </summary>
    private static Process Run(string[] arguments)
    {
        ProcessStartInfo start = new("/bin/sh") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (string argument in (string[])["-c", "trap '' INT; exec \"$0\" \"$@\"", Environment.ProcessPath!, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    private static void Require(bool isTrue, string otherwise)
    {
        if (!isTrue)
        {
            throw new NodeOperationException(ErrorCode.Internal, otherwise.TrimEnd());
        }
    }
}
