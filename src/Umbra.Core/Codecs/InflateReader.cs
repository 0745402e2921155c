using System.Buffers;
using Umbra.Core.Memory;

namespace Umbra.Core.Codecs;

/// <summary>Reads a zlib stream in small pieces through a buffer of pool memory.</summary>
internal sealed class InflateReader(BufferPool pool, Account account) : IDisposable
{
    /// <summary>Most bytes that can be taken at once.</summary>
    public const int MaxTake = 16 * 1024;
    private readonly Inflater _inflater = new();
    private readonly Lease _buffer = pool.Rent(MaxTake, BufferTag.Decoder, account);
    private int _start;
    private int _end;

    public void Begin(ReadOnlySequence<byte> compressed)
    {
        (_start, _end) = (0, 0);
        _inflater.Begin(compressed);
    }

    /// <summary>The next bytes, valid until the next call.</summary>
    /// <exception cref="Rfb.ProtocolException">There are not so many.</exception>
    public ReadOnlySpan<byte> Take(int count)
    {
        if (_end - _start < count)
        {
            Refill(count);
        }

        ReadOnlySpan<byte> taken = _buffer.Span.Slice(_start, count);
        _start += count;
        return taken;
    }

    /// <exception cref="Rfb.ProtocolException">Something is left.</exception>
    public void End()
    {
        _inflater.End();
        if (_start != _end)
        {
            throw new Rfb.ProtocolException("compressed data go on after the rectangle is complete");
        }
    }

    public void Dispose()
    {
        _inflater.Dispose();
        _buffer.Dispose();
    }

    private void Refill(int count)
    {
        Span<byte> buffer = _buffer.Span;
        buffer[_start.._end].CopyTo(buffer);
        _end -= _start;
        _start = 0;
        while (_end < count)
        {
            int read = _inflater.Read(buffer[_end..]);
            if (read == 0)
            {
                throw new Rfb.ProtocolException("compressed data end before the rectangle is complete");
            }

            _end += read;
        }
    }
}
