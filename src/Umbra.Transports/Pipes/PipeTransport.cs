using System.Buffers;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Umbra.Transports.Drivers;
using Umbra.Transports.Sockets;

namespace Umbra.Transports.Pipes;

/// <summary>Tdpipe at work.</summary>
internal sealed class PipeTransport(DriverContext context) : ITransport
{
    private readonly PipeConnector _connector = new(context.Options);

    public async ValueTask<IConnectionListener> ListenAsync(EndPoint endPoint, MemoryPool<byte> memory, CancellationToken cancellationToken)
    {
        if (endPoint is NamedPipeEndPoint pipe)
        {
            return new NamedPipeListener(pipe, memory);
        }

        IConnectionListener listener = await SocketListener.BindAsync(endPoint, memory, context.Sockets, context.Options, context.Loggers, cancellationToken);
        return endPoint is PipeEndPoint some ? new AllowedListener(listener, some, context.Counters, context.Loggers.CreateLogger<AllowedListener>()) : listener;
    }

    public ValueTask<Stream> ConnectAsync(TransportAddress address, CancellationToken cancellationToken) => _connector.ConnectAsync(address, cancellationToken);

    public ValueTask DisposeAsync() => default;
}
