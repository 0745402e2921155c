using System.Net;
using System.Net.Sockets;

namespace Umbra.Sessions.Tests.Nodes;

/// <summary>The two ends of a loopback connection.</summary>
internal sealed class Wire : IAsyncDisposable
{
    private Wire(NetworkStream client, NetworkStream server)
    {
        Client = client;
        Server = server;
    }

    public NetworkStream Client { get; }

    public NetworkStream Server { get; }

    public static async Task<Wire> OpenAsync()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        TcpClient client = new();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        TcpClient server = await listener.AcceptTcpClientAsync();
        return new Wire(client.GetStream(), server.GetStream());
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Server.DisposeAsync();
    }
}
