using System.Buffers.Binary;
using System.Net.Sockets;
using Umbra.Transports.Drivers;

namespace Umbra.Transports.Tcp;

/// <summary>Counts the segments of one connection, which the kernel does: what is new is added when it is asked for, and when the connection ends.</summary>
internal sealed class TcpSegments : IDisposable
{
    private const int Tcp = 6;
    private const int TcpInfo = 11;

    // struct tcp_info of Linux, which only ever grows at its end.
    private const int InfoBytes = 144;
    private const int TotalRetransmitted = 100;
    private const int SegmentsOut = 136;

    private readonly Socket _socket;
    private readonly DriverCounters _counters;
    private readonly Lock _gate = new();
    private uint _retransmitted;
    private uint _sent;

    private TcpSegments(Socket socket, DriverCounters counters)
    {
        _socket = socket;
        _counters = counters;
        counters.Sampling += Sample;
    }

    /// <summary>Null where the system does not tell.</summary>
    public static TcpSegments? Count(Socket socket, DriverCounters counters) =>
        OperatingSystem.IsLinux() && socket.ProtocolType == ProtocolType.Tcp ? new TcpSegments(socket, counters) : null;

    /// <summary>To be called while the socket is still open.</summary>
    public void Dispose()
    {
        _counters.Sampling -= Sample;
        Sample();
    }

    private void Sample()
    {
        Span<byte> info = stackalloc byte[InfoBytes];
        try
        {
            if (_socket.GetRawSocketOption(Tcp, TcpInfo, info) < InfoBytes)
            {
                return;
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Closed already.
            return;
        }

        uint retransmitted = Read(info[TotalRetransmitted..]);
        uint sent = Read(info[SegmentsOut..]);
        lock (_gate)
        {
            _counters.AddRetransmitted(retransmitted - _retransmitted);
            _counters.AddPackets(sent - _sent);
            (_retransmitted, _sent) = (retransmitted, sent);
        }
    }

    private static uint Read(ReadOnlySpan<byte> field) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(field) : BinaryPrimitives.ReadUInt32BigEndian(field);
}
