using System.Globalization;
using System.Text.Json;
using Umbra.Api;
using Umbra.Api.Client;
using Umbra.Testing;

namespace Umbra.Benchmarks.Tree;

/// <summary>A target node with a test pattern on the serving core, and near nodes that are its peers, with shadows of it, on the others.</summary>
internal sealed class TreeNodes : IAsyncDisposable
{
    private const string Session = "pat";
    private const string TargetName = "target";
    private const int ViewersOfEach = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TempFolder _folder = new();
    private readonly List<NodeProcess> _nears = [];

    private TreeNodes(NodeProcess target) => Target = target;

    public NodeProcess Target { get; }

    public IReadOnlyList<NodeProcess> Nears => _nears;

    /// <param name="viewers">Most at each near node.</param>
    public static async Task<TreeNodes> StartAsync(int nears, int viewers)
    {
        TreeNodes nodes = new(await NodeProcess.StartAsync());
        try
        {
            string link = $"pipe://{nodes._folder.Combine("link.sock")}";
            await TwoNodes.GiveIdentityAsync(nodes.Target, TargetName, $"linkListen: [ {link} ]\nshadowing: view\nmaxShadowsPerSession: 1000\n");
            await Cores.PinAsync(Cores.Serving, nodes.Target.Process.Id);
            using NodeClient api = new(nodes.Target.ApiSocket, Patience);
            await api.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, Session, new SizeInfo(1280, 800)), CancellationToken.None);
            for (int i = 0; i < nears; i++)
            {
                NodeProcess near = await NodeProcess.StartAsync(new Dictionary<string, string?>
                {
                    ["UMBRA_MAX_CONNECTIONS"] = Math.Max(256, viewers * 3 / 2).ToString(CultureInfo.InvariantCulture),
                });
                nodes._nears.Add(near);
                await TwoNodes.GiveIdentityAsync(near, $"near-{i}", "");
                await Cores.PinAsync(Cores.Others, near.Process.Id);
                JsonElement invitation = await nodes.Target.RunAsync("node", "invite");
                await near.RunAsync("node", "join", invitation.GetProperty("token").GetString()!, link);
            }

            return nodes;
        }
        catch
        {
            await nodes.DisposeAsync();
            throw;
        }
    }

    /// <summary>Addresses for so many viewers at a near node; several viewers share one.</summary>
    public static async Task<IReadOnlyList<string>> OpenAsync(NodeProcess near, int viewers)
    {
        using NodeClient api = new(near.ApiSocket, Patience);
        List<string> addresses = [];
        while (addresses.Count < viewers)
        {
            StartShadowRequest request = new($"{Session}@{TargetName}", Listen: "127.0.0.1:0", NoPassword: true);
            ShadowInfo shadow = await api.StartShadowAsync(request, CancellationToken.None);
            addresses.AddRange(Enumerable.Repeat(shadow.Listen, Math.Min(ViewersOfEach, viewers - addresses.Count)));
        }

        return addresses;
    }

    /// <summary>All shadows end.</summary>
    public async Task CloseAsync()
    {
        foreach (NodeProcess near in _nears)
        {
            using NodeClient api = new(near.ApiSocket, Patience);
            foreach (ShadowInfo shadow in await api.ListShadowsAsync(CancellationToken.None))
            {
                await api.StopShadowAsync(shadow.Id, CancellationToken.None);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (NodeProcess near in _nears)
        {
            await near.DisposeAsync();
        }

        await Target.DisposeAsync();
        _folder.Dispose();
    }
}
