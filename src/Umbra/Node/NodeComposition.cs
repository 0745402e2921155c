using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Umbra.Api;
using Umbra.Configuration;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Memory;
using Umbra.Sessions;
using Umbra.Sessions.Nodes;
using Umbra.Telemetry;
using Umbra.Transports;
using Umbra.Transports.Drivers;
using Umbra.Transports.Listening;
using Umbra.Transports.Tls;
using Umbra.Web;

namespace Umbra.Node;

/// <summary>Puts a node together: memory, transports, identity, link endpoints, engine.</summary>
internal static class NodeComposition
{
    /// <summary>A viewer's clipboard message must fit, and be examined whole, before it is consumed.</summary>
    private const int MaxReadBuffer = 2 * RfbLimits.MaxClipboardBytes;

    public static void Compose(WebApplicationBuilder builder, NodeSettings settings)
    {
        if (settings.DriverFolder is { } folder && !Directory.Exists(folder))
        {
            throw new NodeOperationException(ErrorCode.InvalidRequest, $"the driverFolder {folder} is not there, or may not be looked into", "make it, or leave the setting out");
        }

        MemoryPlan plan = settings.Plan;
        BufferPool pool = new(plan.MemoryLimit, settings.MemoryReserve, plan.KeptLimit, plan.MustSucceed);
        foreach ((BufferTag tag, long limit) in settings.TagLimits)
        {
            pool.SetLimit(tag, limit);
        }

        TransportOptions transport = new()
        {
            MaxReadBufferSize = MaxReadBuffer, SendBufferSize = plan.SendBuffer, ReceiveBufferSize = plan.ReceiveBuffer, MaxConnections = plan.Connections,
        };
        IServiceCollection services = builder.Services;
        services.AddSingleton(pool);
        services.AddSingleton(TimeProvider.System);
        services.AddTransports(pool, transport, new UnixDomainSocketEndPoint(settings.ApiSocketPath), new DriverFolder(settings.DriverFolder));
        services.AddSingleton<SessionDirectory>();
        services.AddSingleton<NodeVerifier>();
        services.AddSingleton<NodeIdentityHolder>();
        services.AddSingleton<NodeEngine>();
        services.AddSingleton<INodeOperations>(provider => provider.GetRequiredService<NodeEngine>());
        services.AddHostedService<NodeLifetime>();
        if (settings.IpxHub is { } hub)
        {
            services.AddHostedService(provider => new IpxHubService(hub, pool, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<IpxHubService>>()));
        }

        services.AddSingleton<MemoryCondition>();
        services.AddHostedService<MemoryGuard>();
        builder.WebHost.ConfigureKestrel(kestrel => ListenForLinks(kestrel, settings));
        builder.AddTelemetry(settings);
        builder.AddWeb(settings);
    }

    /// <summary>What <c>umbra node init</c> does.</summary>
    public static NodeInfo Initialize(string name, NodeSettings settings)
    {
        try
        {
            using NodeIdentity identity = NodeIdentity.Create(settings.StateDirectory, name, TimeProvider.System);
            return new NodeInfo(identity.Name, Api.NodeState.Self, settings.LinkListen, identity.KeyHash);
        }
        catch (NodeStateException exception)
        {
            throw new NodeOperationException(ErrorCode.Conflict, exception.Message, inner: exception);
        }
    }

    private static void ListenForLinks(KestrelServerOptions kestrel, NodeSettings settings)
    {
        if (settings.LinkListen.Count == 0)
        {
            return;
        }

        NodeIdentityHolder identity = kestrel.ApplicationServices.GetRequiredService<NodeIdentityHolder>();
        NodeTls tls = identity.Tls
            ?? throw new NodeOperationException(ErrorCode.Conflict, "links are to be listened for, and this node has no identity", "run 'umbra node init --name NAME' first");
        ConnectionLimits limits = new(settings.Plan.LinkConnections);
        ConnectionGate gate = new(limits, TimeProvider.System, kestrel.ApplicationServices.GetRequiredService<ConnectionGate>());
        NodeEngine engine = kestrel.ApplicationServices.GetRequiredService<NodeEngine>();
        foreach (string address in settings.LinkListen)
        {
            kestrel.Listen(TransportAddress.Parse(address).ToListenEndPoint(), listen =>
            {
                listen.UseConnectionGate(gate, kestrel.ApplicationServices.GetRequiredService<ILogger<NodeEngine>>());
                listen.UseLinkTls(tls.KestrelOptions());
                listen.Run(engine.ServeLinkAsync);
            });
        }
    }
}
