using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;

namespace Umbra.Tests.Web;

/// <summary>What a browser's viewer does below RFB, for a viewer that knows TCP only: each connection here becomes a WebSocket there.</summary>
internal sealed class WebSocketRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _serving;

    public WebSocketRelay(Uri target)
    {
        _listener.Start();
        _serving = ServeAsync(target);
    }

    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndpoint;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _serving;
        _listener.Dispose();
        _stopping.Dispose();
    }

    private async Task ServeAsync(Uri target)
    {
        try
        {
            while (true)
            {
                using TcpClient near = await _listener.AcceptTcpClientAsync(_stopping.Token);
                using ClientWebSocket far = new();
                far.Options.AddSubProtocol("binary");
                await far.ConnectAsync(target, _stopping.Token);
                await using WebSocketStream stream = WebSocketStream.Create(far, WebSocketMessageType.Binary, TimeSpan.FromSeconds(1));
                await using NetworkStream socket = near.GetStream();
                await Task.WhenAny(stream.CopyToAsync(socket, _stopping.Token), socket.CopyToAsync(stream, _stopping.Token));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException or WebSocketException or InvalidOperationException)
        {
            // The test is over, or its viewer.
        }
    }
}
