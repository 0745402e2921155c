using System.Buffers;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Umbra.Transports.Drivers;

namespace Umbra.Transports.NetBios;

/// <summary>Tdnetb at work.</summary>
internal sealed class NetBiosTransport(DriverContext context) : ITransport
{
    private readonly NetBiosConnector _connector = new(context);
    private readonly NameServices _names = new(context);

    public async ValueTask<IConnectionListener> ListenAsync(EndPoint endPoint, MemoryPool<byte> memory, CancellationToken cancellationToken) =>
        await NetBiosListener.BindAsync((NetBiosEndPoint)endPoint, _names, memory, context, cancellationToken);

    public ValueTask<Stream> ConnectAsync(TransportAddress address, CancellationToken cancellationToken) => _connector.ConnectAsync(address, cancellationToken);

    /// <summary>Every name went with its listener.</summary>
    public ValueTask DisposeAsync() => default;
}
