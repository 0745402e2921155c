using System.Net.WebSockets;

namespace Umbra.Sessions.FrontEnds;

/// <summary>
/// The binary messages of a WebSocket as one stream of bytes, however they are cut; each write is a message. Asynchronous only. Unlike the runtime's own it says of a
/// peer that is gone what any stream says, an <see cref="IOException"/>. Disposing it ends the conversation, and leaves the socket to its owner.
/// </summary>
internal sealed class WebSocketBytes(WebSocket socket) : Stream
{
    /// <summary>For the peer to answer that the conversation is over.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

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

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Flush()
    {
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
