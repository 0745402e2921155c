using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Umbra.Transports.Drivers;
using Umbra.Transports.Ipx;
using Umbra.Transports.Lanes;
using Umbra.Transports.Packets;
using Umbra.Transports.Sap;

namespace Umbra.Transports.Spx;

/// <summary>
/// Tdspx, listening side: one IPX socket, and the connections over it. A request is answered, with little memory, while there are few that were answered and not heard of
/// again; a connection is accepted once its peer has shown that it got the answer.
/// </summary>
internal sealed class SpxListener : IConnectionListener
{
    public const int MaxHalfOpenPerPeer = 64;
    public const int MaxHalfOpen = 256;

    /// <summary>An open connection holds windows, so one peer that says nothing more is not to have them all.</summary>
    private const int MaxPerPeer = 256;

    private readonly MemoryPool<byte> _memory;
    private readonly DriverContext _context;
    private readonly LaneQueue _waiting;

    /// <summary>By this side's number. Only the loop that receives adds.</summary>
    private readonly ConcurrentDictionary<ushort, SpxServerConnection> _connections = new();
    private readonly IpxOptions _options;
    private IpxSocket _socket = null!;
    private SapEntry? _service;
    private SapAgent? _agent;
    private volatile bool _isListening = true;

    private readonly PacketBatch _batch = new();

    private SpxListener(MemoryPool<byte> memory, DriverContext context, IpxOptions options)
    {
        _memory = memory;
        _context = context;
        _options = options;
        _waiting = new LaneQueue(context.Options.Backlog);
    }

    public EndPoint EndPoint { get; private set; } = null!;

    /// <exception cref="IOException">The socket cannot be had; the message says why.</exception>
    public static async ValueTask<SpxListener> BindAsync(IpxEndPoint endPoint, MemoryPool<byte> memory, DriverContext context, CancellationToken cancellationToken)
    {
        IpxOptions options = endPoint.ListenOptions;
        SpxListener listener = new(memory, context, options);
        IpxSocket socket = await context.Ipx.ListenAsync(endPoint, options, listener.Receive, listener._batch.ReceivedAll, cancellationToken);
        try
        {
            if (endPoint.Service is { } name)
            {
                listener._agent = await context.Ipx.Services.OpenAsync(options, cancellationToken);
                listener._service = new SapEntry(endPoint.ServiceType, name, socket.Address);
                listener._agent.Advertise(listener._service.Value);
            }
        }
        catch
        {
            await listener.StopAdvertisingAsync();
            await socket.DisposeAsync();
            throw;
        }

        listener.EndPoint = endPoint.At(socket.Address);
        Volatile.Write(ref listener._socket, socket);
        return listener;
    }

    public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) => _waiting.AcceptAsync(cancellationToken);

    /// <summary>Answers no requests any more. Connections go on over the socket until this is disposed.</summary>
    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _isListening = false;
        await StopAdvertisingAsync();
        await _waiting.CloseAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await UnbindAsync();
        foreach (SpxServerConnection connection in _connections.Values)
        {
            connection.Carrier.Abort("the listener was closed");
        }

        await Task.WhenAll(_connections.Values.Select(connection => connection.Serving));
        await _socket.DisposeAsync();
    }

    private async ValueTask StopAdvertisingAsync()
    {
        if (Interlocked.Exchange(ref _agent, null) is { } agent)
        {
            if (_service is { } service)
            {
                agent.Withdraw(service);
            }

            await _context.Ipx.Services.CloseAsync(_options);
        }
    }

    private void Receive(in IpxAddress source, byte type, ReadOnlySpan<byte> payload)
    {
        if (type != IpxPacketType.Spx || !SpxHeader.TryRead(payload, out SpxHeader header) || Find(source, header) is not { } connection)
        {
            _context.Counters.AddDropped(1);
            return;
        }

        _batch.Receive(connection.Carrier, payload);
    }

    /// <summary>Whose packet it is. A request makes a connection, unless it is one that was answered before.</summary>
    private SpxServerConnection? Find(in IpxAddress source, in SpxHeader header)
    {
        if (header.Destination != SpxHeader.Unknown)
        {
            return _connections.TryGetValue(header.Destination, out SpxServerConnection? known) && known.Peer == source ? known : null;
        }

        if (!header.IsConnectRequest || !_isListening || Volatile.Read(ref _socket) is not { } socket)
        {
            return null;
        }

        int halfOpen = 0;
        int halfOpenOfPeer = 0;
        int ofPeer = 0;
        foreach ((_, SpxServerConnection connection) in _connections)
        {
            if (connection.Peer == source && connection.PeerId == header.Source)
            {
                return connection;
            }

            halfOpen += connection.IsHalfOpen ? 1 : 0;
            halfOpenOfPeer += connection.IsHalfOpen && connection.Peer.Node == source.Node ? 1 : 0;
            ofPeer += connection.Peer.Node == source.Node ? 1 : 0;
        }

        bool isRoom = halfOpen < MaxHalfOpen && halfOpenOfPeer < MaxHalfOpenPerPeer && ofPeer < MaxPerPeer && _connections.Count < _context.Options.MaxConnections + MaxHalfOpen;
        return isRoom ? Accept(socket, source, header) : null;
    }

    private SpxServerConnection Accept(IpxSocket socket, IpxAddress source, in SpxHeader request)
    {
        ushort id;
        do
        {
            id = SpxConnector.NewId();
        }
        while (_connections.ContainsKey(id));

        SpxStream machine = SpxStream.Accept(_memory, socket.MaxPayload, id, request);
        EndPoint remote = new IpxEndPoint(TransportDrivers.Spx, source, null, _options, source.ToString());
        (PacketCarrier carrier, LaneConnection connection) = PacketCarrier.Accept(
            machine, new IpxPacketWire(socket, source, IpxPacketType.Spx), EndPoint, remote, _context.Options.MaxWriteBufferSize, _memory, _context.Time, _context.Counters, static () => { });
        SpxServerConnection made = new(source, request.Source, carrier);
        _connections[id] = made;
        made.Serving = ServeAsync(id, made, connection);
        return made;
    }

    private async Task ServeAsync(ushort id, SpxServerConnection made, LaneConnection connection)
    {
        await made.Carrier.Opened.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!made.Carrier.Opened.IsCompletedSuccessfully || !_waiting.TryOffer(connection))
        {
            connection.Abort(new ConnectionAbortedException("it was not accepted"));
            await connection.DisposeAsync();
        }

        await made.Carrier.Completion;
        _connections.TryRemove(id, out _);
    }
}
