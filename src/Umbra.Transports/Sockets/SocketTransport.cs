using System.Buffers;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Umbra.Transports.Drivers;

namespace Umbra.Transports.Sockets;

/// <summary>A driver over sockets that are streams: Kestrel listens, and a connector of its own connects.</summary>
internal sealed class SocketTransport(DriverContext context, ITransportConnector connector) : ITransport
{
    public ValueTask<IConnectionListener> ListenAsync(EndPoint endPoint, MemoryPool<byte> memory, CancellationToken cancellationToken) =>
        SocketListener.BindAsync(endPoint, memory, context.Sockets, context.Options, context.Loggers, cancellationToken);

    public ValueTask<Stream> ConnectAsync(TransportAddress address, CancellationToken cancellationToken) => connector.ConnectAsync(address, cancellationToken);

    public ValueTask DisposeAsync() => default;
}
