using System.Globalization;
using Umbra.Api;
using Umbra.Api.Client;
using Umbra.Testing;

namespace Umbra.Benchmarks.Fanout;

/// <summary>A node that hosts a desktop, and shadows of it on the same node, some viewers each, who may type as at the others.</summary>
internal sealed class UmbraServer : FanoutServer
{
    private const string Session = "fan";
    private const int ViewersOfEach = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TempFolder _folder = new();
    private readonly List<string> _shadows = [];
    private readonly NodeProcess _node;
    private readonly NodeClient _api;
    private HostedDesktop _desktop = null!;

    private UmbraServer(NodeProcess node)
    {
        _node = node;
        _api = new NodeClient(node.ApiSocket, Patience);
    }

    public override IReadOnlyDictionary<string, string?> Display => _desktop.Display;

    public override int Process => _node.Process.Id;

    public override int? XServer => _desktop.FindXvnc();

    public static async Task<UmbraServer> StartAsync(int width, int height, int viewers)
    {
        // A quarter of the connections is kept for owners; a shadow is for one shadower, and here they come in dozens.
        int connections = Math.Max(256, viewers * 3 / 2);
        UmbraServer server = new(await NodeProcess.StartAsync(new Dictionary<string, string?>
        {
            ["UMBRA_MAX_CONNECTIONS"] = connections.ToString(CultureInfo.InvariantCulture),
            ["UMBRA_MAX_SHADOWS_PER_SESSION"] = "1000",
            ["UMBRA_SHADOWING"] = "control",
        }));
        try
        {
            string environment = server._folder.Combine("environment");
            StartSessionRequest desktop = new(SessionKind.Desktop, Session, new SizeInfo(width, height), Command: HostedDesktop.Command(environment));
            await server._api.StartSessionAsync(desktop, CancellationToken.None);
            server._desktop = await HostedDesktop.FindAsync(environment);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public override async Task<IReadOnlyList<string>> OpenAsync(int viewers)
    {
        while (_shadows.Count * ViewersOfEach < viewers)
        {
            StartShadowRequest request = new(Session, ShadowMode.Control, Listen: "127.0.0.1:0", NoPassword: true);
            _shadows.Add((await _api.StartShadowAsync(request, CancellationToken.None)).Listen);
        }

        return [.. Enumerable.Range(0, viewers).Select(i => _shadows[i / ViewersOfEach])];
    }

    public override async Task<long?> ReadDataMemoryAsync() => (await _api.GetPoolAsync(CancellationToken.None)).Bytes;

    public override async ValueTask DisposeAsync()
    {
        if (!_node.Process.HasExited)
        {
            // The desktop would live on for the next life of the node.
            await _node.TryRunAsync("session", "kill", Session);
            await _node.StopAsync();
        }

        _api.Dispose();
        await _node.DisposeAsync();
        _folder.Dispose();
    }
}
