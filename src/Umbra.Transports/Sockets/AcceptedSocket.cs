using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Umbra.Transports.Sockets;

/// <summary>The socket below an accepted connection.</summary>
public static class AcceptedSocket
{
    /// <summary>A Unix socket does not inherit its buffers from the one that listens, as one of TCP does.</summary>
    public static void SetBuffers(this ConnectionContext connection, TransportOptions options)
    {
        if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is not { AddressFamily: AddressFamily.Unix } socket)
        {
            return;
        }

        try
        {
            options.SetBuffers(socket);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Gone again already: whoever reads from it is told.
        }
    }
}
