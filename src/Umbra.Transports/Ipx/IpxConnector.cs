using System.Collections.Concurrent;
using Umbra.Transports.Drivers;
using Umbra.Transports.Lanes;
using Umbra.Transports.Packets;
using Umbra.Transports.Reliable;

namespace Umbra.Transports.Ipx;

/// <summary>Tdipx, client side.</summary>
internal sealed class IpxConnector(DriverContext context) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<PacketCarrier, Task> _connections = new();

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
            (PacketCarrier made, LaneStream stream) = PacketCarrier.Connect(
                machine, new IpxPacketWire(socket, server, IpxPacketType.PacketExchange), context.Options.MaxWriteBufferSize, context.Memory, context.Time, context.Counters, static () => { });
            Volatile.Write(ref carrier, made);
            _connections[made] = EndAsync(made, socket);
            made.Pump();
            return await OpenedAsync(made, stream, cancellationToken);
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
    public async ValueTask DisposeAsync()
    {
        foreach (PacketCarrier carrier in _connections.Keys)
        {
            carrier.Abort("the driver was stopped");
        }

        await Task.WhenAll(_connections.Values);
    }

    private static async Task<Stream> OpenedAsync(PacketCarrier carrier, LaneStream stream, CancellationToken cancellationToken)
    {
        try
        {
            await carrier.Opened.WaitAsync(cancellationToken);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            carrier.Abort("it was not waited for any more");
            throw;
        }
    }

    private async Task EndAsync(PacketCarrier carrier, IpxSocket socket)
    {
        await carrier.Completion;
        await socket.DisposeAsync();
        _connections.TryRemove(carrier, out _);
    }
}
