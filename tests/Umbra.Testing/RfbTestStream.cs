using System.Buffers.Binary;
using System.Net.Sockets;

namespace Umbra.Testing;

/// <summary>The raw connection of an <see cref="RfbTestClient"/>: buffered, counted, slowed down where asked.</summary>
internal sealed class RfbTestStream(Socket socket, int? bytesPerSecond) : IDisposable
{
    private const int SlicesPerSecond = 20;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    public long BytesRead { get; private set; }

    public Socket Socket => socket;

    /// <exception cref="EndOfStreamException">The server closed.</exception>
    public async ValueTask ReadAsync(Memory<byte> target, CancellationToken cancellationToken)
    {
        while (!target.IsEmpty)
        {
            if (_start == _end)
            {
                await FillAsync(cancellationToken);
            }

            int count = Math.Min(target.Length, _end - _start);
            _buffer.AsSpan(_start, count).CopyTo(target.Span);
            _start += count;
            target = target[count..];
        }
    }

    public async ValueTask SkipAsync(long count, CancellationToken cancellationToken)
    {
        byte[] sink = new byte[Math.Min(count, 16 * 1024)];
        for (; count > 0; count -= Math.Min(count, sink.Length))
        {
            await ReadAsync(sink.AsMemory(0, (int)Math.Min(count, sink.Length)), cancellationToken);
        }
    }

    public async ValueTask<byte[]> ReadAsync(int count, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[count];
        await ReadAsync(bytes, cancellationToken);
        return bytes;
    }

    public async ValueTask<byte> ReadByteAsync(CancellationToken cancellationToken) => (await ReadAsync(1, cancellationToken))[0];

    public async ValueTask<int> ReadInt32Async(CancellationToken cancellationToken) =>
        BinaryPrimitives.ReadInt32BigEndian(await ReadAsync(4, cancellationToken));

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, cancellationToken)..];
        }
    }

    public void Dispose() => socket.Dispose();

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        int most = _buffer.Length;
        if (bytesPerSecond is { } rate)
        {
            // The slow line itself: the pause is what is simulated, nothing waits for it to be long enough.
            most = Math.Clamp(rate / SlicesPerSecond, 1, _buffer.Length);
            await Task.Delay(TimeSpan.FromSeconds((double)most / rate), cancellationToken);
        }

        int count = await socket.ReceiveAsync(_buffer.AsMemory(0, most), cancellationToken);
        if (count == 0)
        {
            throw new EndOfStreamException("the server closed the connection");
        }

        BytesRead += count;
        (_start, _end) = (0, count);
    }
}
