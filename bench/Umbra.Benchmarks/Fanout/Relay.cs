using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Umbra.Benchmarks.Fanout;

/// <summary>
/// Carries bytes between each viewer and a connection of its own to the server behind, and looks at none: the least that a hop can do without sharing anything. A process of its own; two
/// threads with blocking calls for each viewer.
/// </summary>
internal static class Relay
{
    /// <summary>How this program is told to be one.</summary>
    public const string Verb = "relay";

    private const int Piece = 64 * 1024;
    private const int Stack = 128 * 1024;

    /// <summary>Prints its port. Ends when its standard input does.</summary>
    /// <param name="upstream">IP:PORT.</param>
    public static int Run(string upstream)
    {
        IPEndPoint server = IPEndPoint.Parse(upstream);
        TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Console.WriteLine(((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture));
        Start(() => Accept(listener, server));
        Console.In.ReadToEnd();
        return 0;
    }

    private static void Accept(TcpListener listener, IPEndPoint server)
    {
        while (true)
        {
            Socket viewer = listener.AcceptSocket();
            Socket upstream = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            viewer.NoDelay = true;
            upstream.Connect(server);
            Start(() => Carry(viewer, upstream));
            Start(() => Carry(upstream, viewer));
        }
    }

    private static void Carry(Socket from, Socket to)
    {
        byte[] buffer = new byte[Piece];
        try
        {
            int count;
            while ((count = from.Receive(buffer)) > 0)
            {
                for (int sent = 0; sent < count;)
                {
                    sent += to.Send(buffer.AsSpan(sent, count - sent));
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // One end is gone; so goes the other.
        }

        from.Dispose();
        to.Dispose();
    }

    private static void Start(Action run) => new Thread(() => run(), Stack) { IsBackground = true }.Start();
}
