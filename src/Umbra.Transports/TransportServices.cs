using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Umbra.Core.Memory;
using Umbra.Transports.Drivers;
using Umbra.Transports.Http;
using Umbra.Transports.Ipx;
using Umbra.Transports.Listening;
using Umbra.Transports.Pipes;
using Umbra.Transports.Sockets;

namespace Umbra.Transports;

/// <summary>Registers the drivers.</summary>
public static class TransportServices
{
    /// <summary>
    /// Adds connectors (<see cref="TransportConnectors"/>) and listeners (<see cref="TransportListeners"/> and Kestrel's own), and gives
    /// Kestrel's sockets our memory and bounds. Must come after <c>UseKestrel</c> or <c>UseKestrelCore</c>, whose registration would win
    /// otherwise.
    /// </summary>
    /// <param name="apiEndPoint">Where Kestrel serves people. Stays with Kestrel and its tag, and may use the reserve: who has to make room
    /// comes in there.</param>
    /// <param name="folder">Where files may take the place of drivers; null: nowhere.</param>
    /// <exception cref="InvalidOperationException">Kestrel is not there yet.</exception>
    public static IServiceCollection AddTransports(
        this IServiceCollection services, BufferPool pool, TransportOptions? options = null, EndPoint? apiEndPoint = null, DriverFolder? folder = null)
    {
        if (!services.Any(s => s.ServiceType == typeof(IMemoryPoolFactory<byte>)))
        {
            throw new InvalidOperationException("AddTransports must come after UseKestrel: Kestrel's own memory would be used");
        }

        options ??= new TransportOptions();
        PooledMemoryFactory apiMemory = new(pool, BufferTag.Kestrel, pool.Root.Open("api", mustSucceed: true));
        services.Replace(ServiceDescriptor.Singleton<IMemoryPoolFactory<byte>>(apiMemory));
        services.Configure<SocketTransportOptions>(sockets => Configure(sockets, options));

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IDriverMemory>(new DriverMemory(pool));
        services.AddSingleton(options);
        services.AddSingleton(_ => new SocketSettings([.. services.Where(s => s.ServiceType == typeof(IConfigureOptions<SocketTransportOptions>))]));
        services.AddSingleton(provider => new IpxNetworks(
            pool.AsMemoryPool(BufferTag.TdIpx, pool.Root.Open("IPX networks")), provider.GetRequiredService<TimeProvider>()));
        foreach (TransportDriver driver in TransportDrivers.All)
        {
            services.AddSingleton(provider => new DriverHost(
                driver, pool, provider.GetRequiredService<IDriverMemory>(), options, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<SocketSettings>(),
                provider.GetRequiredService<ILoggerFactory>(), apiEndPoint, provider.GetRequiredService<IpxNetworks>(), folder));
            services.AddSingleton<IConnectionListenerFactory>(provider => provider.GetRequiredService<DriverHosts>().Of(driver));
            services.AddSingleton<ITransportConnector>(provider => provider.GetRequiredService<DriverHosts>().Of(driver));
        }

        services.AddSingleton<DriverHosts>();
        services.AddSingleton<IConnectionListenerFactory>(provider => new HttpListenerFactory(
            pool, options, provider.GetRequiredService<SocketSettings>(), provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<TransportConnectors>();
        services.AddSingleton(provider => new ConnectionGate(
            new ConnectionLimits(options.MaxConnections, int.MaxValue, options.MaxConnections / TransportOptions.ReservedPart), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<TransportListeners>();
        return services;
    }

    private static void Configure(SocketTransportOptions sockets, TransportOptions options)
    {
        sockets.MaxReadBufferSize = options.MaxReadBufferSize;
        sockets.MaxWriteBufferSize = options.MaxWriteBufferSize;
        sockets.Backlog = options.Backlog;
        sockets.NoDelay = true;

        // A flush sends on the thread that flushes. Handing it to another thread costs 0.1 ms on an idle machine, and 1 to 3 ms where both cores decode video.
        sockets.UnsafePreferInlineScheduling = true;
        sockets.CreateBoundListenSocket = endPoint => CreateBoundListenSocket(endPoint, options);
    }

    private static Socket CreateBoundListenSocket(EndPoint endPoint, TransportOptions options)
    {
        Socket socket = endPoint switch
        {
            UnixDomainSocketEndPoint pipe => PipeListenSocket.Bind(pipe.ToString()!, options.Backlog),
            PipeEndPoint shared => PipeListenSocket.Bind(shared.Path, options.Backlog, isShared: true),
            _ => SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint),
        };
        options.SetBuffers(socket);
        return socket;
    }
}
