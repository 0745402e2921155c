using System.Net;
using System.Net.Sockets;

namespace Umbra.Testing;

/// <summary>A TCP port of the loopback on which nobody listened a moment ago.</summary>
public static class FreePort
{
    public static int Find()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
