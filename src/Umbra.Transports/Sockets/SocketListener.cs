using System.Buffers;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Umbra.Transports.Sockets;

/// <summary>
/// Kestrel's socket transport, once for each listener. It takes its memory pool when it is made and cannot be told one by anything public but its
/// own settings of a container, so each gets a small container: those settings, and the memory given.
/// </summary>
internal sealed class SocketListener : IConnectionListener
{
    private readonly IConnectionListener _listener;
    private readonly TransportOptions _options;

    private SocketListener(IConnectionListener listener, TransportOptions options)
    {
        _listener = listener;
        _options = options;
    }

    public EndPoint EndPoint => _listener.EndPoint;

    /// <exception cref="InvalidOperationException">Kestrel took memory from elsewhere.</exception>
    public static async ValueTask<IConnectionListener> BindAsync(
        EndPoint endPoint, MemoryPool<byte> memory, SocketSettings sockets, TransportOptions options, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        GivenMemory given = new(new LargeBlocks(memory));
        ServiceCollection own = new();
        own.Add(sockets.Services);
        own.AddOptions();
        own.AddSingleton<IMemoryPoolFactory<byte>>(given);
        using ServiceProvider provider = own.BuildServiceProvider();
        SocketTransportFactory factory = new(provider.GetRequiredService<IOptions<SocketTransportOptions>>(), loggers);
        IConnectionListener listener = await factory.BindAsync(endPoint, cancellationToken);
        if (given.IsTaken)
        {
            return new SocketListener(listener, options);
        }

        await listener.DisposeAsync();
        throw new InvalidOperationException("Kestrel's sockets do not take their memory from the registered factory: this version of .NET does it in another way");
    }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        ConnectionContext? connection = await _listener.AcceptAsync(cancellationToken);
        connection?.SetBuffers(_options);
        return connection;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => _listener.UnbindAsync(cancellationToken);

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private sealed class GivenMemory(MemoryPool<byte> memory) : IMemoryPoolFactory<byte>
    {
        public bool IsTaken { get; private set; }

        public MemoryPool<byte> Create(MemoryPoolOptions? options = null)
        {
            IsTaken = true;
            return memory;
        }
    }
}
