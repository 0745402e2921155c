using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Umbra.Transports.Drivers;
using Umbra.Transports.Lanes;
using Umbra.Transports.Packets;
using Umbra.Transports.Reliable;

namespace Umbra.Transports.Ipx;

/// <summary>
/// Tdipx, listening side: one IPX socket, and the connections over it. Nothing is kept of who asks until it has shown that it gets what is sent to its address
/// (<see cref="HandshakeCookie"/>); then it is a connection, which is refused where too many wait to be accepted.
/// </summary>
internal sealed class IpxListener : IConnectionListener
{
    /// <summary>Who speaks of a session that there is not is told so, so many times a second at most: more would make this node flood others.</summary>
    public const int MaxResetsPerSecond = 10;

    private readonly MemoryPool<byte> _memory;
    private readonly DriverContext _context;
    private readonly IpxOptions _options;
    private readonly HandshakeCookie _cookie = new();
    private readonly LaneQueue _waiting;
    private readonly long _start;

    /// <summary>By the peer and its number for the session. Only the loop that receives adds.</summary>
    private readonly ConcurrentDictionary<(IpxAddress Peer, uint Id), IpxServerConnection> _connections = new();
    private IpxSocket _socket = null!;
    private volatile bool _isListening = true;

    // Of the loop that receives.
    private readonly PacketBatch _batch = new();
    private long _resetSecond;
    private int _resets;

    private IpxListener(MemoryPool<byte> memory, DriverContext context, IpxOptions options)
    {
        _memory = memory;
        _context = context;
        _options = options;
        _start = context.Time.GetTimestamp();
        _waiting = new LaneQueue(context.Options.Backlog);
    }

    public EndPoint EndPoint { get; private set; } = null!;

    /// <summary>Connections that are open, or wait to be accepted.</summary>
    public int Count => _connections.Count;

    private TimeSpan Now => _context.Time.GetElapsedTime(_start);

    /// <exception cref="IOException">The socket cannot be had; the message says why.</exception>
    public static async ValueTask<IpxListener> BindAsync(IpxEndPoint endPoint, MemoryPool<byte> memory, DriverContext context, CancellationToken cancellationToken)
    {
        IpxOptions options = endPoint.ListenOptions;
        IpxListener listener = new(memory, context, options);
        IpxSocket socket = await context.Ipx.ListenAsync(endPoint, options, listener.Receive, listener._batch.ReceivedAll, cancellationToken);
        listener.EndPoint = endPoint.At(socket.Address);
        Volatile.Write(ref listener._socket, socket);
        return listener;
    }

    public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) => _waiting.AcceptAsync(cancellationToken);

    /// <summary>Answers nobody new any more. Connections go on over the socket until this is disposed.</summary>
    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _isListening = false;
        await _waiting.CloseAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await UnbindAsync();
        foreach (IpxServerConnection connection in _connections.Values)
        {
            connection.Carrier.Abort("the listener was closed");
        }

        await Task.WhenAll(_connections.Values.Select(connection => connection.Serving));
        await _socket.DisposeAsync();
    }

    private void Receive(in IpxAddress source, byte type, ReadOnlySpan<byte> payload)
    {
        if (type != IpxPacketType.PacketExchange || !FullFormat.TryReadSource(payload, out uint id))
        {
            _context.Counters.AddDropped(1);
        }
        else if (_connections.TryGetValue((source, id), out IpxServerConnection? connection))
        {
            _batch.Receive(connection.Carrier, payload);
        }
        else if (Volatile.Read(ref _socket) is { } socket)
        {
            ReceiveNew(socket, source, payload);
        }
    }

    /// <summary>Of nobody there is a connection with.</summary>
    private void ReceiveNew(IpxSocket socket, in IpxAddress source, ReadOnlySpan<byte> payload)
    {
        if (!FullFormat.Instance.TryRead(payload, out ReliablePacket packet, out _))
        {
            _context.Counters.AddDropped(1);
            return;
        }

        Span<byte> peer = stackalloc byte[IpxAddress.Bytes];
        source.Write(peer);
        Span<byte> answer = stackalloc byte[FullFormat.Instance.Overhead];
        if (packet.Type == ReliableType.Syn && packet.Source != 0 && _isListening)
        {
            int window = IpxStreams.OptionsFor(socket.MaxPayload, _context.Options).ReceiveWindow;
            socket.Send(source, IpxPacketType.PacketExchange, answer[.._cookie.Answer(FullFormat.Instance, packet, peer, window, Now, answer)]);
        }
        else if (_isListening && _cookie.TryAccept(FullFormat.Instance, packet, peer, Now, out ReliableSession session) && Accept(socket, source, session) is { } accepted)
        {
            _batch.Receive(accepted.Carrier, payload);
        }
        else
        {
            _context.Counters.AddDropped(1);
            if (packet.Type != ReliableType.Reset && MayReset())
            {
                socket.Send(source, IpxPacketType.PacketExchange, answer[..ReliableReset.Write(FullFormat.Instance, packet, answer)]);
            }
        }
    }

    private bool MayReset()
    {
        long second = (long)Now.TotalSeconds;
        _resets = second == _resetSecond ? _resets + 1 : 1;
        _resetSecond = second;
        return _resets <= MaxResetsPerSecond;
    }

    /// <returns>Null where there are too many.</returns>
    private IpxServerConnection? Accept(IpxSocket socket, IpxAddress source, in ReliableSession session)
    {
        if (_connections.Count >= _context.Options.MaxConnections + _context.Options.Backlog)
        {
            return null;
        }

        ReliableStream machine = ReliableStream.Accepted(session, FullFormat.Instance, IpxStreams.OptionsFor(socket.MaxPayload, _context.Options), _memory, TimeSpan.Zero);
        EndPoint remote = new IpxEndPoint(TransportDrivers.Ipx, source, null, _options, source.ToString());
        (PacketCarrier carrier, LaneConnection connection) = PacketCarrier.Accept(
            machine, new IpxPacketWire(socket, source, IpxPacketType.PacketExchange), EndPoint, remote, _context.Options.MaxWriteBufferSize, _memory, _context.Time, _context.Counters,
            static () => { });
        IpxServerConnection made = new(carrier);
        _connections[(source, session.PeerId)] = made;
        made.Serving = ServeAsync((source, session.PeerId), made, connection);
        return made;
    }

    private async Task ServeAsync((IpxAddress Peer, uint Id) key, IpxServerConnection made, LaneConnection connection)
    {
        if (!_waiting.TryOffer(connection))
        {
            connection.Abort(new ConnectionAbortedException("it was not accepted: too many wait already"));
            await connection.DisposeAsync();
        }

        made.Carrier.Pump();
        await made.Carrier.Completion;
        _connections.TryRemove(key, out _);
    }
}
