using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace Umbra.Transports.Ipx;

/// <summary>
/// A hub as DOSBox's IPXNET is: clients register, get a number made of their IPv4 address and port, and everything they send goes through here, as it is, to whom it is for.
/// What a client sends under another's number is dropped, and of clients there are few: whoever asks for more gets no answer. Those who are silent are pinged, which
/// keeps their way through address translators open; those who stay silent are forgotten.
/// </summary>
public sealed class IpxHub : IAsyncDisposable
{
    public const int MaxClients = 256;

    /// <summary>Nobody proves an address: of what is broadcast here, one that was forged gets so many copies at most.</summary>
    public const int MaxClientsOfAnAddress = 16;

    /// <summary>Who pings: a number that no client can have, as its last two bytes would be port 0.</summary>
    private static readonly IpxAddress Self = new(0, new IpxNode(0x02FF_FFFF_0000), 0);

    private static readonly TimeSpan PingAfter = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ForgetAfter = TimeSpan.FromMinutes(2);

    private readonly UdpWire _wire;
    private readonly IMemoryOwner<byte> _memory;
    private readonly TimeProvider _time;
    private readonly int _maxClients;
    private readonly Dictionary<IpxNode, long> _lastHeard = [];
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _pinging;
    private readonly Task _receiving;

    /// <param name="memory">Of which it takes the room to receive in, 64 KiB.</param>
    /// <exception cref="SocketException">The address is in use, or may not be used.</exception>
    public IpxHub(IPEndPoint local, MemoryPool<byte> memory, TimeProvider time, int maxClients = MaxClients)
    {
        _time = time;
        _maxClients = maxClients;
        _memory = memory.Rent(UdpWire.MaxDatagramBytes);
        try
        {
            _wire = new UdpWire(local);
        }
        catch
        {
            _memory.Dispose();
            throw;
        }

        _receiving = Task.Run(ReceiveAsync);
        _pinging = time.CreateTimer(_ => PingSilent(), null, PingAfter, PingAfter);
    }

    public IPEndPoint Local => _wire.Local.ToEndPoint();

    internal IpxCounters Counters { get; } = new();

    public int Clients
    {
        get
        {
            lock (_gate)
            {
                return _lastHeard.Count;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _pinging.DisposeAsync();
        _wire.Dispose();
        await _receiving;
        _memory.Dispose();
        _stop.Dispose();
    }

    private static IpxNode NodeOf(UdpPeer peer) => new(((ulong)peer.Ip << 16) | peer.Port);

    private static UdpPeer PeerOf(IpxNode node) => new((uint)(node.Value >> 16), (ushort)node.Value);

    private async Task ReceiveAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                int bytes = await _wire.ReceiveAsync(_memory.Memory, _stop.Token);
                Receive(_memory.Memory.Span[..bytes], _wire.From);
            }
            catch (SocketException)
            {
                Counters.Drop(IpxDrop.Length);
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Receive(ReadOnlySpan<byte> datagram, UdpPeer from)
    {
        do
        {
            if (!IpxHeader.TryRead(datagram, out IpxHeader header, out IpxDrop reason))
            {
                Counters.Drop(reason);
                return;
            }

            Counters.CountReceived();
            lock (_gate)
            {
                ReceivePacket(header, datagram[..header.Length], from);
            }

            datagram = datagram[header.Length..];
        }
        while (IpxHeader.StartsAt(datagram));
    }

    private void ReceivePacket(in IpxHeader header, ReadOnlySpan<byte> packet, UdpPeer from)
    {
        IpxNode sender = NodeOf(from);
        if (header.Destination.Socket == IpxSockets.Hub && header.Destination.Node == default)
        {
            Register(sender);
        }
        else if (header.Source.Node != sender || !_lastHeard.ContainsKey(sender))
        {
            Counters.Drop(IpxDrop.Spoofed);
        }
        else
        {
            _lastHeard[sender] = _time.GetTimestamp();
            Forward(header.Destination.Node, sender, packet);
        }
    }

    /// <summary>Once more is as good as once. The answer is as long as the question.</summary>
    private void Register(IpxNode client)
    {
        if (!_lastHeard.ContainsKey(client) && (_lastHeard.Count == _maxClients || _lastHeard.Keys.Count(other => other.Value >> 16 == client.Value >> 16) == MaxClientsOfAnAddress))
        {
            Counters.Drop(IpxDrop.HubFull);
            return;
        }

        _lastHeard[client] = _time.GetTimestamp();
        Send(new IpxAddress(0, client, IpxSockets.Hub), new IpxAddress(1, NodeOf(_wire.Local), IpxSockets.Hub), client);
    }

    private void Forward(IpxNode destination, IpxNode sender, ReadOnlySpan<byte> packet)
    {
        if (destination == IpxNode.Broadcast)
        {
            foreach (IpxNode client in _lastHeard.Keys)
            {
                if (client != sender)
                {
                    Send(packet, client);
                }
            }
        }
        else if (_lastHeard.ContainsKey(destination))
        {
            Send(packet, destination);
        }
        else if (destination != Self.Node)
        {
            Counters.Drop(IpxDrop.NoRoute);
        }
    }

    private void PingSilent()
    {
        lock (_gate)
        {
            foreach ((IpxNode client, long heard) in _lastHeard.ToList())
            {
                TimeSpan silence = _time.GetElapsedTime(heard);
                if (silence >= ForgetAfter)
                {
                    _lastHeard.Remove(client);
                }
                else if (silence >= PingAfter)
                {
                    Send(new IpxAddress(0, IpxNode.Broadcast, IpxSockets.Hub), Self, client);
                }
            }
        }
    }

    /// <summary>A packet that is a header alone.</summary>
    private void Send(in IpxAddress destination, in IpxAddress source, IpxNode client)
    {
        Span<byte> packet = stackalloc byte[IpxHeader.Bytes];
        new IpxHeader(packet.Length, Hops: 0, IpxPacketType.Unknown, destination, source).Write(packet);
        Send(packet, client);
    }

    private void Send(ReadOnlySpan<byte> packet, IpxNode client)
    {
        int lost = _wire.Send(packet, packet.Length, PeerOf(client));
        Counters.CountSent(1 - lost);
        Counters.Drop(IpxDrop.NotSent, lost);
    }
}
