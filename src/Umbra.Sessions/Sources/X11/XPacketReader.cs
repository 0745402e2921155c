using System.Buffers;
using System.Buffers.Binary;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;

namespace Umbra.Sessions.Sources.X11;

/// <summary>
/// Cuts what an X server sends into replies, errors and events (X protocol, 1: 32 bytes each; a reply, and an event of type 35, say in a U32 at 4 how many
/// words follow), resumable at any byte. A reply that is longer than its limit is read and reported as an error.
/// </summary>
internal sealed class XPacketReader(BufferPool pool, Account account) : IDisposable
{
    private const int Error = 0;
    private const int Reply = 1;
    private const int GenericEvent = 35;
    private const int SentByClient = 0x80;
    private readonly byte[] _header = new byte[XReply.HeaderSize];
    private Lease _body;
    private long _left;
    private int _filled;
    private bool _isSkipping;

    /// <summary>Whether a message has begun and not ended.</summary>
    public bool IsInMessage => _left > 0;

    /// <summary>Reads as far as it can.</summary>
    /// <exception cref="ProtocolException">Not what an X server says.</exception>
    public void Read(ref SequenceReader<byte> reader, IXPacketHandler handler)
    {
        while (IsInMessage ? TryReadBody(ref reader, handler) : TryReadHeader(ref reader, handler))
        {
        }
    }

    public void Dispose()
    {
        _body.Dispose();
        _body = default;
    }

    private ushort Sequence => BinaryPrimitives.ReadUInt16LittleEndian(_header.AsSpan(2));

    private bool TryReadHeader(ref SequenceReader<byte> reader, IXPacketHandler handler)
    {
        if (!reader.TryCopyTo(_header))
        {
            return false;
        }

        reader.Advance(XReply.HeaderSize);
        if (_header[0] == Error)
        {
            handler.OnError(Sequence, ReadError(_header));
        }
        else if (_header[0] == Reply || (_header[0] & ~SentByClient) == GenericEvent)
        {
            Begin(4L * BinaryPrimitives.ReadUInt32LittleEndian(_header.AsSpan(4)), handler);
        }
        else
        {
            handler.OnEvent(_header);
        }

        return true;
    }

    private void Begin(long bytes, IXPacketHandler handler)
    {
        if (bytes > XLimits.MaxSkippedBytes)
        {
            throw new ProtocolException($"a message of {bytes} bytes is not possible");
        }

        // Events with more to them were never asked for, and are of no use here.
        bool isEvent = _header[0] != Reply;
        _isSkipping = isEvent || bytes > handler.LimitOf(Sequence);
        (_left, _filled) = (bytes, 0);
        if (!_isSkipping && bytes > 0)
        {
            _body = pool.Rent((int)bytes, BufferTag.Mdl, account);
        }

        if (bytes == 0)
        {
            End(handler);
        }
    }

    private bool TryReadBody(ref SequenceReader<byte> reader, IXPacketHandler handler)
    {
        int count = (int)Math.Min(_left, reader.Remaining);
        if (count == 0)
        {
            return false;
        }

        if (!_isSkipping)
        {
            reader.TryCopyTo(_body.Span.Slice(_filled, count));
        }

        reader.Advance(count);
        _left -= count;
        _filled += count;
        if (_left == 0)
        {
            End(handler);
        }

        return true;
    }

    private void End(IXPacketHandler handler)
    {
        if (_header[0] != Reply)
        {
            return;
        }

        if (_isSkipping)
        {
            handler.OnError(Sequence, new XError(XError.TooLong, 0, 0, 0));
            return;
        }

        Lease body = _body;
        _body = default;
        handler.OnReply(Sequence, _header, body);
    }

    private static XError ReadError(ReadOnlySpan<byte> header) => new(
        header[1], BinaryPrimitives.ReadUInt32LittleEndian(header[4..]), header[10], BinaryPrimitives.ReadUInt16LittleEndian(header[8..]));
}
