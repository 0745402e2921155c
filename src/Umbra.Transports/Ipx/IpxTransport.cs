using System.Buffers;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Umbra.Transports.Drivers;

namespace Umbra.Transports.Ipx;

/// <summary>Tdipx at work. What listens shares one IPX socket with its connections; each connection that is made has a socket of its own.</summary>
internal sealed class IpxTransport(DriverContext context) : ITransport
{
    private readonly IpxConnector _connector = new(context);

    public async ValueTask<IConnectionListener> ListenAsync(EndPoint endPoint, MemoryPool<byte> memory, CancellationToken cancellationToken) =>
        await IpxListener.BindAsync((IpxEndPoint)endPoint, memory, context, cancellationToken);

    public ValueTask<Stream> ConnectAsync(TransportAddress address, CancellationToken cancellationToken) => _connector.ConnectAsync(address, cancellationToken);

    public ValueTask DisposeAsync() => _connector.DisposeAsync();
}
