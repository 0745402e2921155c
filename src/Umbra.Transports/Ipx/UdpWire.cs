using System.Net;
using System.Net.Sockets;

namespace Umbra.Transports.Ipx;

/// <summary>
/// A UDP socket that sends trains: packets of one size that go to one peer with one call. Linux cuts a train where it leaves the machine, or not at all between
/// programs that take it whole, so a packet of 576 bytes costs a thirtieth of a call of its own there. Elsewhere, and where the kernel cannot, it is a call for each packet.
/// Sending is serialised and never waits; whoever receives is alone.
/// </summary>
internal sealed class UdpWire : IDisposable
{
    /// <summary>Most bytes that are received at once: what one UDP datagram may hold.</summary>
    public const int MaxDatagramBytes = 65507;

    /// <summary>Longest train in bytes. With the headers of UDP, IPv4 and Ethernet, which the loopback counts too, it stays below 64 KiB: Linux cuts what is longer packet by packet.</summary>
    public const int MaxTrainBytes = 65535 - 8 - 20 - 14;

    /// <summary>Most packets of a train: what every kernel that knows trains takes.</summary>
    public const int MaxTrainPackets = 64;

    /// <summary>Asked of the kernel; it may give less.</summary>
    private const int KernelBufferBytes = 1024 * 1024;

    /// <summary>Linux: SOL_UDP, UDP_SEGMENT (how long a packet of a train is; 0: no trains), UDP_GRO (trains are received whole).</summary>
    private const int SolUdp = 17;
    private const int UdpSegment = 103;
    private const int UdpGro = 104;

    /// <summary>Windows: SIO_UDP_CONNRESET. Else a peer that is gone makes the next receive fail.</summary>
    private const int SioUdpConnReset = -1744830452;

    private readonly Lock _sending = new();
    private readonly SocketAddress _to = UdpPeer.NewSocketAddress();
    private readonly SocketAddress _from = UdpPeer.NewSocketAddress();
    private readonly Socket _socket;
    private readonly bool _hasTrains;
    private int _segment;

    /// <param name="isShared">Others of this machine may be bound to the address, too, as to a subnet's broadcast address.</param>
    /// <exception cref="SocketException">The address is in use, or not this machine's, or the port may not be used.</exception>
    public UdpWire(IPEndPoint local, bool isShared = false)
    {
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            _socket.Blocking = false;
            _socket.EnableBroadcast = true;
            _socket.DontFragment = true;
            _socket.SendBufferSize = KernelBufferBytes;
            _socket.ReceiveBufferSize = KernelBufferBytes;
            if (isShared)
            {
                _socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            }

            if (OperatingSystem.IsWindows())
            {
                _ = _socket.IOControl(SioUdpConnReset, [0, 0, 0, 0], null);
            }

            _hasTrains = OperatingSystem.IsLinux() && TrySet(UdpSegment, 0) && TrySet(UdpGro, 1);
            _socket.Bind(local);
            Local = UdpPeer.Of((IPEndPoint)_socket.LocalEndPoint!);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    public UdpPeer Local { get; }

    /// <summary>The sender of what was received last.</summary>
    public UdpPeer From => UdpPeer.Read(_from);

    /// <summary>Sends packets that all have the size given, but for the last, which may be shorter.</summary>
    /// <param name="train">At most <see cref="MaxTrainBytes"/> bytes, <see cref="MaxTrainPackets"/> packets.</param>
    /// <returns>How many packets the system did not take: it has no room, or the network is down, or they are too long for it.</returns>
    public int Send(ReadOnlySpan<byte> train, int packetBytes, UdpPeer to)
    {
        lock (_sending)
        {
            to.Write(_to);
            int packets = (train.Length + packetBytes - 1) / packetBytes;
            if (packets == 1)
            {
                return Prepare(train.Length, isTrain: false) && TrySend(train) == SocketError.Success ? 0 : 1;
            }

            if (_hasTrains && Prepare(packetBytes, isTrain: true))
            {
                SocketError error = TrySend(train);
                if (error is SocketError.Success or SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable)
                {
                    return error == SocketError.Success ? 0 : packets;
                }
            }

            return SendSingly(train, packetBytes);
        }
    }

    /// <summary>Waits for a datagram, or a train of them; <see cref="From"/> says whose.</summary>
    /// <param name="buffer">Has room for <see cref="MaxDatagramBytes"/>; what does not fit is lost.</param>
    /// <exception cref="SocketException">Disposed, or the network is down.</exception>
    public ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        _socket.ReceiveFromAsync(buffer, SocketFlags.None, _from, cancellationToken);

    public void Dispose() => _socket.Dispose();

    /// <summary>The kernel cuts whatever is longer than a segment: a train must be set to, a single packet must not be longer.</summary>
    private bool Prepare(int packetBytes, bool isTrain)
    {
        if (isTrain ? _segment == packetBytes : _segment == 0 || packetBytes <= _segment)
        {
            return true;
        }

        int segment = isTrain ? packetBytes : 0;
        bool isSet = TrySet(UdpSegment, segment);
        _segment = isSet ? segment : _segment;
        return isSet;
    }

    /// <summary>Also where a network card cannot cut trains.</summary>
    private int SendSingly(ReadOnlySpan<byte> train, int packetBytes)
    {
        int lost = 0;
        for (int at = 0; at < train.Length; at += packetBytes)
        {
            lost += TrySend(train.Slice(at, Math.Min(packetBytes, train.Length - at))) == SocketError.Success ? 0 : 1;
        }

        return lost;
    }

    private SocketError TrySend(ReadOnlySpan<byte> datagram)
    {
        try
        {
            _socket.SendTo(datagram, SocketFlags.None, _to);
            return SocketError.Success;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode;
        }
        catch (ObjectDisposedException)
        {
            return SocketError.Shutdown;
        }
    }

    private bool TrySet(int option, int value)
    {
        try
        {
            _socket.SetRawSocketOption(SolUdp, option, BitConverter.GetBytes(value));
            return true;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
