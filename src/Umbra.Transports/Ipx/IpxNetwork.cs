using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Umbra.Transports.Ipx;

/// <summary>
/// The IPX layer over one UDP socket: puts headers before what sockets send, hands them what arrives, and drops whatever is not for them. All sockets of one address
/// share it; <see cref="IpxNetworks"/> makes and ends it.
/// </summary>
internal sealed class IpxNetwork : IAsyncDisposable
{
    private readonly IpxOptions _options;
    private readonly UdpWire _wire;

    /// <summary>Linux gives what is sent to a subnet's broadcast address only to sockets bound to that, or to no address.</summary>
    private readonly UdpWire? _broadcasts;
    private readonly IpxDialect _dialect;
    private readonly ConcurrentDictionary<ushort, IpxSocket> _sockets = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _sending = new();

    /// <summary>Sockets are told of one packet at a time, also where there are two wires.</summary>
    private readonly Lock _handingOver = new();

    /// <summary>A train to be sent, and one for each wire that is received.</summary>
    private readonly IMemoryOwner<byte> _memory;
    private Task[] _receiving = [];

    private IpxNetwork(IpxOptions options, UdpPeer? hub, IPEndPoint local, MemoryPool<byte> memory, TimeProvider time)
    {
        _options = options;
        _wire = new UdpWire(local);
        try
        {
            _broadcasts = options.Broadcast is { } broadcast && hub is null && OperatingSystem.IsLinux()
                ? new UdpWire(new IPEndPoint(broadcast, _wire.Local.Port), isShared: true)
                : null;
            _memory = memory.Rent((_broadcasts is null ? 2 : 3) * UdpWire.MaxDatagramBytes);
            _dialect = hub is { } peer ? new HubDialect(_wire, peer, time) : new TunnelDialect(_wire.Local, options);
        }
        catch
        {
            _wire.Dispose();
            _broadcasts?.Dispose();
            _memory?.Dispose();
            throw;
        }
    }

    public uint Number => _options.Network;

    public IpxNode Node => _dialect.Node;

    public int MaxPayload => _options.Mtu - IpxHeader.Bytes;

    public IpxOptions Options => _options;

    public IpxCounters Counters { get; } = new();

    /// <summary>Binds and, at a hub, registers.</summary>
    /// <param name="hub">Where the hub is, once its name is known.</param>
    /// <exception cref="IOException">The address cannot be bound, or the hub does not answer.</exception>
    public static async ValueTask<IpxNetwork> OpenAsync(
        IpxOptions options, IPEndPoint? hub, IPEndPoint local, MemoryPool<byte> memory, TimeProvider time, CancellationToken cancellationToken)
    {
        IpxNetwork network;
        try
        {
            network = new IpxNetwork(options, hub is null ? null : UdpPeer.Of(hub), local, memory, time);
        }
        catch (SocketException exception)
        {
            throw new IOException($"cannot open UDP {local} for IPX: {exception.Message}", exception);
        }

        try
        {
            network.Start();
            await network._dialect.StartAsync(cancellationToken);
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <returns>False: somebody has it already.</returns>
    public bool TryAdd(ushort number, IpxSocket socket) => _sockets.TryAdd(number, socket);

    public void Remove(ushort number) => _sockets.TryRemove(number, out _);

    /// <summary>See <see cref="IpxSocket.SendTrain"/>.</summary>
    /// <param name="header">Of each packet, but for the length.</param>
    public void Send(in IpxHeader header, ReadOnlySpan<byte> payloads, int payloadBytes)
    {
        int packets = Math.Max(1, (payloads.Length + payloadBytes - 1) / payloadBytes);
        if (payloadBytes > MaxPayload)
        {
            Counters.Drop(IpxDrop.TooLong, packets);
            return;
        }

        ReadOnlySpan<UdpPeer> route = _dialect.Route(header.Destination.Node);
        if (route.IsEmpty)
        {
            Counters.Drop(IpxDrop.NoRoute, packets);
            return;
        }

        int perTrain = Math.Min(UdpWire.MaxTrainPackets, UdpWire.MaxTrainBytes / (IpxHeader.Bytes + payloadBytes));
        lock (_sending)
        {
            if (_stop.IsCancellationRequested)
            {
                return;
            }

            for (int sent = 0; sent < packets; sent += perTrain)
            {
                ReadOnlySpan<byte> rest = payloads[(sent * payloadBytes)..];
                int count = Math.Min(perTrain, packets - sent);
                int bytes = FillTrain(header, rest[..Math.Min(count * payloadBytes, rest.Length)], payloadBytes);
                foreach (UdpPeer peer in route)
                {
                    int lost = _wire.Send(Train(0).Span[..bytes], IpxHeader.Bytes + payloadBytes, peer);
                    Counters.CountSent(count - lost);
                    Counters.Drop(IpxDrop.NotSent, lost);
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _dialect.Dispose();
        _wire.Dispose();
        _broadcasts?.Dispose();
        await Task.WhenAll(_receiving);
        lock (_sending)
        {
            _memory.Dispose();
        }

        _stop.Dispose();
    }

    private void Start() => _receiving =
    [
        Task.Run(() => ReceiveAsync(_wire, Train(1))),
        _broadcasts is null ? Task.CompletedTask : Task.Run(() => ReceiveAsync(_broadcasts, Train(2))),
    ];

    private Memory<byte> Train(int index) => _memory.Memory.Slice(index * UdpWire.MaxDatagramBytes, UdpWire.MaxDatagramBytes);

    /// <summary>Puts a header before each payload.</summary>
    /// <returns>How long the train is.</returns>
    private int FillTrain(in IpxHeader header, ReadOnlySpan<byte> payloads, int payloadBytes)
    {
        Span<byte> train = Train(0).Span;
        int at = 0;
        do
        {
            ReadOnlySpan<byte> payload = payloads[..Math.Min(payloadBytes, payloads.Length)];
            (header with { Length = IpxHeader.Bytes + payload.Length }).Write(train[at..]);
            payload.CopyTo(train[(at + IpxHeader.Bytes)..]);
            at += IpxHeader.Bytes + payload.Length;
            payloads = payloads[payload.Length..];
        }
        while (!payloads.IsEmpty);
        return at;
    }

    private async Task ReceiveAsync(UdpWire wire, Memory<byte> buffer)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                int bytes = await wire.ReceiveAsync(buffer, _stop.Token);
                lock (_handingOver)
                {
                    Receive(buffer.Span[..bytes], wire.From);
                }
            }
            catch (SocketException)
            {
                // Of one datagram, such as one that does not fit on Windows; a socket that is closed ends the loop above.
                Counters.Drop(IpxDrop.Length);
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    /// <summary>A datagram is a packet, or a train of them that the kernel has left whole.</summary>
    private void Receive(ReadOnlySpan<byte> datagram, UdpPeer from)
    {
        IpxSocket? last = null;
        do
        {
            if (!IpxHeader.TryRead(datagram, out IpxHeader header, out IpxDrop reason))
            {
                Counters.Drop(reason);
                break;
            }

            if (Find(header, from) is { } socket)
            {
                if (last != socket)
                {
                    last?.ReceivedAll();
                }

                last = socket;
                Counters.CountReceived();
                socket.Received(header, datagram[IpxHeader.Bytes..header.Length]);
            }

            datagram = datagram[header.Length..];
        }
        while (IpxHeader.StartsAt(datagram));
        last?.ReceivedAll();
    }

    /// <summary>Whom a packet is for; null, and counted, where it is nobody.</summary>
    private IpxSocket? Find(in IpxHeader header, UdpPeer from)
    {
        if (!_dialect.IsGenuine(header, from))
        {
            Counters.Drop(IpxDrop.Spoofed);
            return null;
        }

        if (_dialect.Handle(header))
        {
            return null;
        }

        IpxNode node = Node;
        IpxAddress to = header.Destination;
        bool isOther = (to.Node != node && to.Node != IpxNode.Broadcast) || (to.Network != 0 && Number != 0 && to.Network != Number);
        if (isOther || (to.Node == IpxNode.Broadcast && header.Source.Node == node))
        {
            Counters.Drop(isOther ? IpxDrop.OtherNode : IpxDrop.Own);
            return null;
        }

        if (_sockets.TryGetValue(to.Socket, out IpxSocket? socket))
        {
            return socket;
        }

        Counters.Drop(IpxDrop.NoSocket);
        return null;
    }
}
