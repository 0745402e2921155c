using System.Buffers;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Umbra.Transports;

namespace Umbra.TestDrivers;

/// <summary>TCP between <see cref="OtherEndPoint"/>s.</summary>
internal sealed class OtherTransport(ITransport inner) : ITransport
{
    public async ValueTask<IConnectionListener> ListenAsync(EndPoint endPoint, MemoryPool<byte> memory, CancellationToken cancellationToken) =>
        new Listener(await inner.ListenAsync(((OtherEndPoint)endPoint).Inner, memory, cancellationToken));

    public ValueTask<Stream> ConnectAsync(TransportAddress address, CancellationToken cancellationToken) =>
        inner.ConnectAsync(new TransportAddress(TransportDrivers.Tcp, address.Name, address.Port, ((OtherEndPoint)address.EndPoint).Inner, $"{address.Name}:{address.Port}"), cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private sealed class Listener(IConnectionListener inner) : IConnectionListener
    {
        public EndPoint EndPoint { get; } = new OtherEndPoint(inner.EndPoint);

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            ConnectionContext? connection = await inner.AcceptAsync(cancellationToken);
            if (connection?.LocalEndPoint is { } local)
            {
                connection.LocalEndPoint = new OtherEndPoint(local);
            }

            return connection;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => inner.UnbindAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
