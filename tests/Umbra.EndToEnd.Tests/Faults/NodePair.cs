using System.Text.Json;
using Umbra.Api;
using Umbra.Api.Client;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.Faults;

/// <summary>
/// Two nodes that know each other: server-b, which has the sessions, and server-a, from where they are shadowed. Whatever a test did to
/// them, nothing of them is left when this is disposed, hosted desktops included.
/// </summary>
internal sealed class NodePair : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private NodePair(NodeProcess near, NodeProcess target, string link)
    {
        Link = link;
        Near = near;
        Target = target;
        NearApi = new NodeClient(near.ApiSocket, Patience);
        TargetApi = new NodeClient(target.ApiSocket, Patience);
    }

    /// <summary>Where the target node listens for links.</summary>
    public string Link { get; }

    public NodeProcess Near { get; }

    public NodeProcess Target { get; }

    public NodeClient NearApi { get; }

    public NodeClient TargetApi { get; }

    /// <param name="shadowing">The most that the target node allows.</param>
    /// <param name="link">Where the target node listens for links; null: a pipe.</param>
    /// <param name="reach">Where the near node reaches it there; null: the same.</param>
    /// <param name="processLimit">The most each of the nodes may use; null: what the machine has.</param>
    public static async Task<NodePair> StartAsync(string shadowing = "control", string? link = null, string? reach = null, string? processLimit = null)
    {
        NodeProcess[] nodes = await Task.WhenAll(StartNodeAsync("server-a", shadowing, null, processLimit), StartNodeAsync("server-b", shadowing, link, processLimit));
        NodePair pair = new(nodes[0], nodes[1], link ?? LinkOf(nodes[1]));
        try
        {
            InviteInfo invite = await pair.TargetApi.InviteNodeAsync(new InviteRequest(), CancellationToken.None);
            await pair.NearApi.JoinNodeAsync(new JoinRequest(invite.Token, reach ?? pair.Link), CancellationToken.None);
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    /// <summary>A test pattern on the target node.</summary>
    public Task StartPatternAsync(string name, int width = 1280, int height = 800) =>
        TargetApi.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, name, new SizeInfo(width, height)), CancellationToken.None);

    /// <summary>A hosted desktop on the target node with one program in it; waits for its first picture.</summary>
    public async Task StartDesktopAsync(string name, int width, int height, params string[] command)
    {
        Require.Program("Xvnc");
        StartSessionRequest request = new(SessionKind.Desktop, name, new SizeInfo(width, height), Command: command);
        await TargetApi.StartSessionAsync(request, CancellationToken.None);
        await Eventually.TrueAsync(
            async () => await TargetApi.GetSessionAsync(name, CancellationToken.None) is { State: SessionState.Active }, $"desktop {name} is shown");
    }

    /// <summary>The X display of a hosted desktop, for programs of the test.</summary>
    public XDisplay DisplayOf(string session)
    {
        using JsonDocument state = JsonDocument.Parse(File.ReadAllBytes(Target.PathOf($"run/desktops/{session}/state.json")));
        return XDisplay.Attach($":{state.RootElement.GetProperty("Display").GetInt32()}", state.RootElement.GetProperty("XAuthority").GetString()!);
    }

    /// <summary>Looks into a session from the near node; any viewer may connect.</summary>
    public async Task<ShadowInfo> ShadowAsync(string session, ShadowMode mode = ShadowMode.View) => await NearApi.StartShadowAsync(
        new StartShadowRequest($"{session}@server-b", mode, Listen: "127.0.0.1:0", NoPassword: true), CancellationToken.None);

    /// <summary>How the owner looks at a session of the target node.</summary>
    public async Task<RfbTestOptions> OwnerAsync(string session)
    {
        TicketInfo ticket = await TargetApi.IssueTicketAsync(session, new TicketRequest(), CancellationToken.None);
        return RfbTestOptions.For(ticket.SocketPath!);
    }

    /// <summary>The X server of a hosted desktop; null where none runs.</summary>
    public int? XServerOf(string session) => DesktopProcess(session, "Server");

    /// <summary>The program in a hosted desktop; null where none was started.</summary>
    public int? ProgramOf(string session) => DesktopProcess(session, "Session");

    public async ValueTask DisposeAsync()
    {
        NearApi.Dispose();
        TargetApi.Dispose();
        foreach (NodeProcess node in (NodeProcess[])[Near, Target])
        {
            if (!node.Process.HasExited)
            {
                // A desktop takes longer to end than the rig waits for a process.
                node.Process.Send(Signal.Continue);
                await node.StopAsync();
            }

            await KillDesktopsAsync(node);
            await node.DisposeAsync();
        }
    }

    private static Task<NodeProcess> StartNodeAsync(string name, string shadowing, string? link, string? processLimit)
    {
        Dictionary<string, string?> settings = new()
        {
            ["UMBRA_SHADOWING"] = shadowing,
            ["UMBRA_LOG_LEVEL"] = "information",
            ["UMBRA_MAX_SHADOWS_PER_SESSION"] = "1000",
            ["UMBRA_LONG"] = null,
            ["UMBRA_PROCESS_LIMIT"] = processLimit,
        };
        return NodeProcess.StartAsync(settings, prepare: async node =>
        {
            // A node that listens for links needs an identity before it starts.
            await node.RunAsync("node", "init", "--name", name);
            await File.WriteAllTextAsync(node.PathOf("umbra.yaml"), $"linkListen: [\"{link ?? LinkOf(node)}\"]\n");
        });
    }

    private static string LinkOf(NodeProcess node) => $"pipe://{node.PathOf("run/link.sock")}";

    private int? DesktopProcess(string session, string member)
    {
        string state = Target.PathOf($"run/desktops/{session}/state.json");
        return File.Exists(state) ? PidIn(state, member) : null;
    }

    private static int? PidIn(string state, string member)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(state));
        JsonElement process = document.RootElement.GetProperty(member);
        return process.ValueKind == JsonValueKind.Null ? null : process.GetProperty("Pid").GetInt32();
    }

    /// <summary>What a killed node left running.</summary>
    private static async Task KillDesktopsAsync(NodeProcess node)
    {
        string desktops = node.PathOf("run/desktops");
        string[] states = Directory.Exists(desktops) ? Directory.GetFiles(desktops, "state.json", SearchOption.AllDirectories) : [];
        foreach (int pid in states.SelectMany(state => (int?[])[PidIn(state, "Session"), PidIn(state, "Server")]).OfType<int>())
        {
            await ExternalProcess.RunAsync("kill", ["-KILL", "--", $"-{pid}"]);
        }
    }
}
