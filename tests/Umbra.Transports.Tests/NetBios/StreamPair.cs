using System.Net;
using System.Net.Sockets;

namespace Umbra.Transports.Tests.NetBios;

/// <summary>Two ends of a TCP connection over the loopback.</summary>
internal sealed class StreamPair : IDisposable
{
    private StreamPair(Socket near, Socket far)
    {
        Near = new NetworkStream(near, ownsSocket: true);
        Far = new NetworkStream(far, ownsSocket: true);
    }

    public NetworkStream Near { get; }

    public NetworkStream Far { get; }

    public static async Task<StreamPair> ConnectAsync()
    {
        using Socket listener = new(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Socket near = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await near.ConnectAsync(listener.LocalEndPoint!);
        Socket far = await listener.AcceptAsync();
        far.NoDelay = true;
        return new StreamPair(near, far);
    }

    public void Dispose()
    {
        Near.Dispose();
        Far.Dispose();
    }
}
