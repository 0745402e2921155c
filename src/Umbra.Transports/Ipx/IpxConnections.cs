using System.Collections.Concurrent;
using Umbra.Transports.Drivers;
using Umbra.Transports.Lanes;
using Umbra.Transports.Packets;

namespace Umbra.Transports.Ipx;

/// <summary>Connections that a driver over IPX has made, each with a socket of its own.</summary>
internal sealed class IpxConnections(DriverContext context) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<PacketCarrier, Task> _connections = new();

    /// <summary>Runs a stream to a server, and waits until it is open.</summary>
    /// <param name="socket">Owned: closed when the connection is over.</param>
    /// <param name="type">Of its packets; see <see cref="IpxPacketType"/>.</param>
    /// <param name="carrier">Set before the first packet goes: what the socket receives is for it.</param>
    public async Task<Stream> OpenAsync(IpxSocket socket, IpxAddress server, byte type, IPacketStream machine, Action<PacketCarrier> carrier, CancellationToken cancellationToken)
    {
        (PacketCarrier made, LaneStream stream) = PacketCarrier.Connect(
            machine, new IpxPacketWire(socket, server, type), context.Options.MaxWriteBufferSize, context.Memory, context.Time, context.Counters, static () => { });
        carrier(made);
        _connections[made] = EndAsync(made, socket);
        made.Pump();
        try
        {
            await made.Opened.WaitAsync(cancellationToken);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            made.Abort("it was not waited for any more");
            throw;
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

    private async Task EndAsync(PacketCarrier carrier, IpxSocket socket)
    {
        await carrier.Completion;
        await socket.DisposeAsync();
        _connections.TryRemove(carrier, out _);
    }
}
