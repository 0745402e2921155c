using Umbra.Transports;

namespace Umbra.Sessions.Tests.Sessions;

/// <summary>A connection that breaks after so many bytes in one direction, wherever in a message that is.</summary>
internal sealed class CutStream(Stream inner, long maxRead, long maxWritten) : AsyncStream
{
    private long _read;
    private long _written;

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
