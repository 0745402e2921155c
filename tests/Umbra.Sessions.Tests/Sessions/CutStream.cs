namespace Umbra.Sessions.Tests.Sessions;

/// <summary>A connection that breaks after so many bytes in one direction, wherever in a message that is.</summary>
internal sealed class CutStream(Stream inner, long maxRead, long maxWritten) : Stream
{
    private long _read;
    private long _written;

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
        if (_read == maxRead)
        {
            throw Cut();
        }

        try
        {
            int count = await inner.ReadAsync(buffer[..(int)Math.Min(buffer.Length, maxRead - _read)], cancellationToken);
            _read += count;
            return count;
        }
        catch (ObjectDisposedException)
        {
            // The other direction was cut meanwhile.
            throw Cut();
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = (int)Math.Min(buffer.Length, maxWritten - _written);
        try
        {
            await inner.WriteAsync(buffer[..count], cancellationToken);
        }
        catch (ObjectDisposedException)
        {
            // As in reading.
            throw Cut();
        }

        _written += count;
        if (count < buffer.Length)
        {
            throw Cut();
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("asynchronous only");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("asynchronous only");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private IOException Cut()
    {
        inner.Dispose();
        return new IOException("cut");
    }
}
