using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Umbra.Api;
using Umbra.Configuration;
using Umbra.Core.Memory;
using Umbra.Hosting;
using Umbra.Node;
using Umbra.Testing;

namespace Umbra.Q315817;

/// <summary>A whole node in this process, in a folder of its own, whose parts can be replaced and whose log can be read.</summary>
internal sealed class SceneNode : IAsyncDisposable
{
    private readonly TempFolder _folder;
    private readonly NodeServer _server;

    private SceneNode(TempFolder folder, NodeServer server, LogCollector log)
    {
        _folder = folder;
        _server = server;
        Log = log;
    }

    public IServiceProvider Services => _server.Services;

    public INodeOperations Operations => Services.GetRequiredService<INodeOperations>();

    public BufferPool Pool => Services.GetRequiredService<BufferPool>();

    /// <summary>Warnings and worse.</summary>
    public LogCollector Log { get; }

    /// <param name="link">Where it listens for links: an address, or "pipe" for a socket in its folder.</param>
    public static async Task<SceneNode> StartAsync(string name, string link, Func<NodeSettings, NodeSettings> change, Action<WebApplicationBuilder> replace, CancellationToken cancellationToken)
    {
        TempFolder folder = new();
        NodeSettings settings = change(new NodeSettings
        {
            StateDirectory = folder.Combine("state"),
            RuntimeDirectory = folder.Combine("run"),
            LinkListen = [link == "pipe" ? $"pipe://{folder.Combine("link.sock")}" : link],
            LogLevel = LogLevel.Warning,
        });
        NodeComposition.Initialize(name, settings);
        LogCollector log = new();
        NodeServer server = await NodeServer.StartAsync(
            settings,
            builder =>
            {
                NodeComposition.Compose(builder, settings);
                builder.Logging.ClearProviders().AddProvider(log);
                replace(builder);
            },
            cancellationToken);
        return new SceneNode(folder, server, log);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }
}
