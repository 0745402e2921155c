using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Umbra.Api;
using Umbra.Configuration;
using Umbra.Hosting;
using Umbra.Node;

namespace Umbra.Tests.Node;

/// <summary>A whole node in this process, with an identity, in a folder of its own.</summary>
internal sealed class LiveNode : IAsyncDisposable
{
    private readonly TempFolder _folder;
    private readonly NodeServer _server;

    private LiveNode(TempFolder folder, NodeServer server)
    {
        _folder = folder;
        _server = server;
    }

    public INodeOperations Operations => Services.GetRequiredService<INodeOperations>();

    public IServiceProvider Services => _server.Services;

    public string ApiSocket => _folder.File("run/api.sock");

    public string StateDirectory => _folder.File("state");

    /// <summary>A Unix socket it listens on for links.</summary>
    public string Link => LinkIn(_folder);

    /// <param name="linkListen">Where else it listens, before the Unix socket.</param>
    public static Task<LiveNode> StartAsync(string name, params string[] linkListen) =>
        StartAsync(name, settings => settings with { LinkListen = [.. linkListen, .. settings.LinkListen] });

    /// <param name="change">The settings it has, from those it would have; it listens on its Unix socket.</param>
    /// <param name="log">Gets what it logs at the level of its settings.</param>
    public static async Task<LiveNode> StartAsync(string name, Func<NodeSettings, NodeSettings> change, ILoggerProvider? log = null, TimeProvider? time = null)
    {
        TempFolder folder = new();
        NodeSettings settings = change(new NodeSettings
        {
            StateDirectory = folder.File("state"),
            RuntimeDirectory = folder.File("run"),
            LinkListen = [LinkIn(folder)],
            LogLevel = LogLevel.None,
        });
        NodeComposition.Initialize(name, settings);
        return new LiveNode(folder, await NodeServer.StartAsync(
            settings, builder => Compose(builder, settings, log, time), TestContext.Current.CancellationToken));
    }

    /// <summary>Joins the other with an invite of that one, at its Unix socket.</summary>
    public async Task<NodeInfo> JoinAsync(LiveNode other, bool force = false, CancellationToken cancellationToken = default)
    {
        InviteInfo invite = await other.Operations.InviteNodeAsync(new InviteRequest(), cancellationToken);
        return await Operations.JoinNodeAsync(new JoinRequest(invite.Token, other.Link, force), cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    private static void Compose(WebApplicationBuilder builder, NodeSettings settings, ILoggerProvider? log, TimeProvider? time)
    {
        NodeComposition.Compose(builder, settings);
        if (time is not null)
        {
            builder.Services.AddSingleton(time);
        }

        if (log is not null)
        {
            builder.Logging.AddProvider(log);
        }
    }

    private static string LinkIn(TempFolder folder) => $"pipe://{folder.File("run/link.sock")}";
}
