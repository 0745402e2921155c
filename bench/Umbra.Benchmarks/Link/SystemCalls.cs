using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Umbra.Transports.Ipx;

namespace Umbra.Benchmarks.Link;

/// <summary>What the kernel moves from one thread to another over the loopback, with nothing above it: no wire can be faster.</summary>
internal static class SystemCalls
{
    private const int TcpBytes = 64 * 1024;
    private const int KernelBufferBytes = 1024 * 1024;

    /// <summary>Linux: SOL_UDP, UDP_SEGMENT, UDP_GRO.</summary>
    private const int SolUdp = 17;
    private const int UdpSegment = 103;
    private const int UdpGro = 104;

    public static LinkRate Tcp(TimeSpan time)
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using Socket sender = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        sender.Connect(listener.LocalEndPoint!);
        using Socket receiver = listener.Accept();
        return Measure(sender, receiver, TcpBytes, TcpBytes, time);
    }

    /// <param name="packetBytes">Of each datagram's content.</param>
    /// <param name="isTrain">As many of them in one call as go.</param>
    /// <returns>Of content that arrives; what the receiver has no room for is lost.</returns>
    public static LinkRate Udp(int packetBytes, bool isTrain, TimeSpan time)
    {
        using Socket receiver = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        receiver.ReceiveBufferSize = KernelBufferBytes;
        receiver.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using Socket sender = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        sender.Connect(receiver.LocalEndPoint!);
        int bytes = packetBytes;
        if (isTrain)
        {
            sender.SetRawSocketOption(SolUdp, UdpSegment, BitConverter.GetBytes(packetBytes));
            receiver.SetRawSocketOption(SolUdp, UdpGro, BitConverter.GetBytes(1));
            bytes = Math.Min(UdpWire.MaxTrainPackets, UdpWire.MaxTrainBytes / packetBytes) * packetBytes;
        }

        return Measure(sender, receiver, bytes, ushort.MaxValue, time);
    }

    private static LinkRate Measure(Socket sender, Socket receiver, int sendBytes, int receiveBytes, TimeSpan time)
    {
        bool isOver = false;
        Thread sending = new(() =>
        {
            byte[] bytes = new byte[sendBytes];
            while (!Volatile.Read(ref isOver))
            {
                _ = sender.Send(bytes, SocketFlags.None, out _);
            }
        });
        sending.Start();
        byte[] buffer = new byte[receiveBytes];
        long received = 0;
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            received += receiver.Receive(buffer);
        }

        LinkRate rate = LinkRate.Of(received, Stopwatch.GetElapsedTime(start), Environment.CpuUsage.TotalTime - cpu);
        Volatile.Write(ref isOver, true);

        // Over TCP it may be waiting for room.
        receiver.Dispose();
        sending.Join();
        return rate;
    }
}
