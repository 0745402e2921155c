using System.Text.Json;

namespace Umbra.Testing;

/// <summary>
/// A real node: artifacts/umbra serve, with state and runtime folders of its own that outlive a kill and go with this object. Skips the
/// running test where the program has not been built.
/// </summary>
public sealed class NodeProcess : IAsyncDisposable
{
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(30);
    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, string?> _variables;
    private readonly List<ExternalProcess> _lives = [];

    private readonly TestCgroup? _cgroup;

    private NodeProcess(IReadOnlyDictionary<string, string?> settings, TestCgroup? cgroup)
    {
        _cgroup = cgroup;
        string configuration = _folder.Combine("umbra.yaml");
        File.WriteAllText(configuration, "");
        _variables = new Dictionary<string, string?>(settings)
        {
            ["UMBRA_CONFIG"] = configuration,
            ["UMBRA_STATE_DIRECTORY"] = _folder.Combine("state"),
            ["UMBRA_RUNTIME_DIRECTORY"] = _folder.Combine("run"),
            ["UMBRA_API_SOCKET"] = _folder.Combine("api.sock"),
            ["UMBRA_API"] = _folder.Combine("api.sock"),
        };
    }

    /// <summary>The launcher under test.</summary>
    public static string Program => RepositoryRoot.Combine("artifacts", "umbra");

    /// <summary>The node's API, a Unix socket.</summary>
    public string ApiSocket => _variables["UMBRA_API_SOCKET"]!;

    /// <summary>A path in the node's folder, for sockets a test chooses.</summary>
    public string PathOf(string name) => _folder.Combine(name);

    /// <summary>The node as it runs, or as it ended last.</summary>
    public ExternalProcess Process => _lives[^1];

    /// <summary>What the node costs now: memory, threads, descriptors.</summary>
    public ProcessCost Cost => Process.Cost;

    /// <summary>Starts a node and waits until it serves its API.</summary>
    /// <param name="settings">UMBRA_* variables; folders, configuration file and API socket are set already.</param>
    /// <param name="cgroup">What it runs in; not this object's.</param>
    /// <param name="prepare">What is done before, on its folders.</param>
    public static async Task<NodeProcess> StartAsync(
        IReadOnlyDictionary<string, string?>? settings = null, TestCgroup? cgroup = null, Func<NodeProcess, Task>? prepare = null)
    {
        Xunit.Assert.SkipUnless(File.Exists(Program), $"{Program} has not been built; ./run build makes it");
        NodeProcess node = new(settings ?? new Dictionary<string, string?>(), cgroup);
        try
        {
            await (prepare?.Invoke(node) ?? Task.CompletedTask);
            await node.StartAgainAsync();
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the node again on the same state.</summary>
    public async Task StartAgainAsync()
    {
        _lives.Add(_cgroup is null
            ? ExternalProcess.Start(Program, ["serve"], _variables)
            : ExternalProcess.Start("/bin/sh", ["-c", "echo $$ > \"$0\" && exec \"$1\" serve", _cgroup.Processes, Program], _variables));
        try
        {
            await Process.Output.WaitForAsync(line => line.Contains("ready", StringComparison.Ordinal), ReadyTimeout);
        }
        catch (Exception exception) when (exception is EndOfStreamException or TimeoutException)
        {
            throw new InvalidOperationException($"the node did not become ready\n{Process.Errors}", exception);
        }
    }

    /// <summary>Runs a verb against this node; its answer as JSON (a null element where it printed none).</summary>
    /// <exception cref="InvalidOperationException">The exit code is not 0; with everything it wrote.</exception>
    public async Task<JsonElement> RunAsync(params IEnumerable<string> verb)
    {
        ProcessResult result = (await TryRunAsync([.. verb, "--output", "json"])).EnsureSuccess();
        return result.Output.Trim().Length == 0 ? default : JsonDocument.Parse(result.Output).RootElement.Clone();
    }

    /// <summary>Runs a verb against this node exactly as given, whatever comes of it.</summary>
    public Task<ProcessResult> TryRunAsync(params IEnumerable<string> verb) => ExternalProcess.RunAsync(Program, verb, _variables);

    /// <summary>Ends the node as an administrator does.</summary>
    /// <returns>Its exit code.</returns>
    public Task<int> StopAsync()
    {
        Process.Send(Signal.Terminate);
        return Process.WaitForExitAsync(ReadyTimeout);
    }

    /// <summary>kill -9 of the node alone: what it started (Xvnc) lives on, as it would.</summary>
    public Task KillAsync() => Process.KillAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (ExternalProcess process in _lives)
        {
            await process.DisposeAsync();
        }

        _folder.Dispose();
    }
}
