using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;

namespace Umbra.Transports.Serial;

/// <summary>
/// Finds the frames (<see cref="HdlcFrame"/>) in what comes over a line. Bytes come in any pieces, and may be anything: what is no frame is counted and dropped up to
/// the next flag.
/// </summary>
internal sealed class HdlcReader
{
    private readonly int _minBodyBytes;
    private readonly SearchValues<byte> _special;
    private readonly Memory<byte> _buffer;
    private int _length;
    private bool _isEscaped;
    private bool _isTooLong;

    /// <param name="minBodyBytes">Of the smallest packet; at least 1.</param>
    /// <param name="buffer">As long as the largest packet and its checksum. The caller's.</param>
    public HdlcReader(int minBodyBytes, Memory<byte> buffer, bool escapesFlowControl)
    {
        _minBodyBytes = minBodyBytes;
        _buffer = buffer;
        _special = SearchValues.Create(HdlcFrame.SpecialBytes(escapesFlowControl));
    }

    public HdlcCounters Counters { get; private set; }

    /// <summary>Takes bytes up to the end of the next good frame, or all.</summary>
    /// <param name="body">What the frame holds, until the next call; empty where none is complete.</param>
    /// <returns>How many bytes were taken.</returns>
    public int Read(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> body)
    {
        body = default;
        int at = 0;
        while (at < bytes.Length && body.IsEmpty)
        {
            int next = bytes[at..].IndexOfAny(_special);
            int run = next < 0 ? bytes.Length - at : next;
            Append(bytes.Slice(at, run));
            at += run;
            if (at < bytes.Length)
            {
                body = TakeSpecial(bytes[at++]);
            }
        }

        return at;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        _isTooLong |= _length + bytes.Length > _buffer.Length;
        if (_isTooLong || bytes.IsEmpty)
        {
            return;
        }

        Span<byte> destination = _buffer.Span[_length..];
        bytes.CopyTo(destination);
        _length += bytes.Length;
        if (_isEscaped)
        {
            destination[0] ^= HdlcFrame.EscapeBit;
            _isEscaped = false;
        }
    }

    private ReadOnlySpan<byte> TakeSpecial(byte value)
    {
        if (value == HdlcFrame.Flag)
        {
            return EndFrame();
        }

        // Any other is XON or XOFF. The peer escapes its own, so a device on the way has put this one in.
        _isEscaped |= value == HdlcFrame.Escape;
        return default;
    }

    /// <returns>The body; empty where it was no frame.</returns>
    private ReadOnlySpan<byte> EndFrame()
    {
        (int length, bool isAborted, bool isTooLong) = (_length, _isEscaped, _isTooLong);
        (_length, _isEscaped, _isTooLong) = (0, false, false);
        ReadOnlySpan<byte> frame = _buffer.Span[..length];
        if (isTooLong)
        {
            Counters = Counters with { Long = Counters.Long + 1 };
        }
        else if (isAborted)
        {
            Counters = Counters with { Aborted = Counters.Aborted + 1 };
        }
        else if (length < _minBodyBytes + HdlcFrame.ChecksumBytes)
        {
            // Nothing between two flags is an idle line.
            Counters = Counters with { Short = Counters.Short + (length > 0 ? 1 : 0) };
        }
        else if (BinaryPrimitives.ReadUInt32LittleEndian(frame[^HdlcFrame.ChecksumBytes..]) != Crc32.HashToUInt32(frame[..^HdlcFrame.ChecksumBytes]))
        {
            Counters = Counters with { Damaged = Counters.Damaged + 1 };
        }
        else
        {
            Counters = Counters with { Good = Counters.Good + 1 };
            return frame[..^HdlcFrame.ChecksumBytes];
        }

        return default;
    }
}
