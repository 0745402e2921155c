using System.Net.WebSockets;
using Umbra.Transports;

namespace Umbra.Sessions.FrontEnds;

/// <summary>
/// The binary messages of a WebSocket as one stream of bytes, however they are cut; each write is a message. Asynchronous only. Unlike the runtime's own it says of a
/// peer that is gone what any stream says, an <see cref="IOException"/>. Disposing it ends the conversation, and leaves the socket to its owner.
/// </summary>
internal sealed class WebSocketBytes(WebSocket socket) : AsyncStream
{
    /// <summary>For the peer to answer that the conversation is over.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            while (true)
            {
                ValueWebSocketReceiveResult received = await socket.ReceiveAsync(buffer, cancellationToken);
                if (received.MessageType == WebSocketMessageType.Text)
                {
                    throw new IOException("the viewer sent text, and RFB is binary");
                }

                // An empty message says nothing, and is not the end; a read into nothing only waits.
                if (received.Count > 0 || buffer.IsEmpty || received.MessageType == WebSocketMessageType.Close)
                {
                    return received.Count;
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or InvalidOperationException)
        {
            throw new IOException("the WebSocket is lost", exception);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await socket.SendAsync(buffer, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
        }
        catch (Exception exception) when (exception is WebSocketException or InvalidOperationException)
        {
            throw new IOException("the WebSocket is lost", exception);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        using CancellationTokenSource timeout = new(CloseTimeout);
        try
        {
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, timeout.Token);
        }
        catch (Exception exception) when (exception is WebSocketException or InvalidOperationException or OperationCanceledException or IOException)
        {
            // Gone already, or it does not answer.
            socket.Abort();
        }

        await base.DisposeAsync();
    }
}
