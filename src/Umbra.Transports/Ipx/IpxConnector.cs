using Umbra.Transports.Drivers;
using Umbra.Transports.Packets;
using Umbra.Transports.Reliable;

namespace Umbra.Transports.Ipx;

/// <summary>Tdipx, client side.</summary>
internal sealed class IpxConnector(DriverContext context) : IAsyncDisposable
{
    private readonly IpxConnections _connections = new(context);

    public async ValueTask<Stream> ConnectAsync(TransportAddress address, CancellationToken cancellationToken)
    {
        IpxEndPoint endPoint = (IpxEndPoint)address.EndPoint;
        IpxAddress server = endPoint.Address;
        IpxOptions options = endPoint.Options with { From = endPoint.Options.From ?? IpxLocal.Find(endPoint.Options, server.Node) };
        PacketCarrier? carrier = null;
        try
        {
            IpxSocket socket = await context.Ipx.OpenAsync(options, 0, Receive, cancellationToken, () => Volatile.Read(ref carrier)?.Pump());
            ReliableStream machine = new(ReliableRole.Connect, FullFormat.Instance, IpxStreams.OptionsFor(socket.MaxPayload, context.Options), context.Memory);
            return await _connections.OpenAsync(socket, server, IpxPacketType.PacketExchange, machine, made => Volatile.Write(ref carrier, made), cancellationToken);
        }
        catch (IOException exception)
        {
            throw new TransportException(TransportException.KindOf(exception), $"cannot connect to {address}: {exception.Message}", exception);
        }

        void Receive(in IpxAddress source, byte type, ReadOnlySpan<byte> payload)
        {
            if (type == IpxPacketType.PacketExchange && source.Node == server.Node && source.Socket == server.Socket)
            {
                Volatile.Read(ref carrier)?.Receive(payload);
            }
            else
            {
                context.Counters.AddDropped(1);
            }
        }
    }

    /// <summary>Breaks off what is still there, and waits until it has given everything back.</summary>
    public ValueTask DisposeAsync() => _connections.DisposeAsync();
}
