using System.Buffers;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;

namespace Umbra.Core.Link;

/// <summary>
/// Cuts a byte stream into frames. Small messages wait in the pipe until they are whole, so a pipe holds at most the largest of them
/// (<see cref="LinkLimits.MaxPayload"/>, 256 KiB); the rectangles of a picture are copied into pool memory as they arrive; unknown types
/// are dropped
/// as they arrive. The first frame must be a hello. After an exception the reader is of no more use. Owns the picture it is filling.
/// </summary>
/// <param name="tag">Who takes the memory of pictures.</param>
public sealed class LinkFrameReader(BufferPool pool, BufferTag tag, Account account) : IDisposable
{
    private const int LengthSize = 4;
    private State _state;
    private bool _isGreeted;
    private LinkMessageType _type;
    private int _left;
    private PictureHeader _header;
    private Lease _rects;

    private enum State
    {
        Head,
        Body,
        PictureHeader,
        Rects,
        Skip,
    }

    /// <summary>
    /// The next frame of a known type. Advances <paramref name="reader"/> over what it consumed, also when it returns false.
    /// </summary>
    /// <returns>False when more bytes are needed: everything in <paramref name="reader"/> has been examined.</returns>
    /// <exception cref="ProtocolException">A length is over its limit, the first frame is no hello, or a picture's header is
    /// wrong.</exception>
    /// <exception cref="QuotaExceededException">No memory for a picture.</exception>
    public bool TryRead(ref SequenceReader<byte> reader, out LinkFrame frame)
    {
        frame = default;
        while (true)
        {
            bool hasMoved = _state switch
            {
                State.Head => TryReadHead(ref reader),
                State.Body => TryReadBody(ref reader, out frame),
                State.PictureHeader => TryReadPictureHeader(ref reader),
                State.Rects => TryReadRects(ref reader, out frame),
                _ => TrySkip(ref reader),
            };
            if (!hasMoved)
            {
                return false;
            }

            if (frame.Type != default)
            {
                return true;
            }
        }
    }

    /// <summary>To be called when the stream has ended, with what <see cref="TryRead"/> left of it.</summary>
    /// <exception cref="ProtocolException">The stream ended inside a message.</exception>
    public void CheckEnd(long remaining)
    {
        if (_state != State.Head || remaining != 0)
        {
            throw new ProtocolException("link: connection ended inside a message");
        }
    }

    public void Dispose()
    {
        _rects.Dispose();
        _rects = default;
    }

    private bool TryReadHead(ref SequenceReader<byte> reader)
    {
        SequenceReader<byte> ahead = reader;
        if (!ahead.TryReadBigEndian(out int length))
        {
            return false;
        }

        if (length is < 1 or > LinkLimits.MaxPictureBytes)
        {
            throw new ProtocolException($"link: frame of {(uint)length} bytes (1 to {LinkLimits.MaxPictureBytes})");
        }

        if (!ahead.TryRead(out byte type))
        {
            return false;
        }

        reader.Advance(LengthSize + 1);
        BeginFrame((LinkMessageType)type, length - 1);
        return true;
    }

    private void BeginFrame(LinkMessageType type, int payload)
    {
        if (!_isGreeted && type != LinkMessageType.Hello)
        {
            throw new ProtocolException($"link: type 0x{(byte)type:x2} before hello");
        }

        if (payload > LinkLimits.MaxPayload(type))
        {
            throw new ProtocolException($"link {type}: {payload} bytes (limit {LinkLimits.MaxPayload(type)})");
        }

        _isGreeted = true;
        _type = type;
        _left = payload;
        _state = type == LinkMessageType.Picture ? State.PictureHeader : Enum.IsDefined(type) ? State.Body : State.Skip;
    }

    private bool TryReadBody(ref SequenceReader<byte> reader, out LinkFrame frame)
    {
        frame = default;
        if (reader.Remaining < _left)
        {
            return false;
        }

        frame = new LinkFrame(_type, reader.UnreadSequence.Slice(0, _left), default);
        reader.Advance(_left);
        _state = State.Head;
        return true;
    }

    private bool TryReadPictureHeader(ref SequenceReader<byte> reader)
    {
        if (!PictureHeader.TryRead(ref reader, _left, out _header))
        {
            return false;
        }

        _left -= _header.WireSize;
        _rects = _left == 0 ? default : pool.Rent(_left, tag, account);
        _state = State.Rects;
        return true;
    }

    private bool TryReadRects(ref SequenceReader<byte> reader, out LinkFrame frame)
    {
        frame = default;
        int count = (int)Math.Min(_left, reader.Remaining);
        reader.UnreadSequence.Slice(0, count).CopyTo(_rects.Span[^_left..]);
        reader.Advance(count);
        _left -= count;
        if (_left > 0)
        {
            return false;
        }

        frame = new LinkFrame(LinkMessageType.Picture, default, new LinkPicture(_header, _rects));
        _rects = default;
        _state = State.Head;
        return true;
    }

    private bool TrySkip(ref SequenceReader<byte> reader)
    {
        int count = (int)Math.Min(_left, reader.Remaining);
        reader.Advance(count);
        _left -= count;
        if (_left > 0)
        {
            return false;
        }

        _state = State.Head;
        return true;
    }
}
