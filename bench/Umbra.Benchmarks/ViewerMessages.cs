using System.Buffers.Binary;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Benchmarks;

/// <summary>What viewers here ask for, and the parts of the protocol that all of them read.</summary>
internal static class ViewerMessages
{
    /// <summary>Bytes of a rectangle's head (RFC 6143 7.6.1).</summary>
    public const int RectangleBytes = 12;

    /// <summary>Bytes of a fence behind its type (rfbproto, Fence): padding, flags, length of the payload.</summary>
    public const int FenceBytes = 8;

    /// <summary>rfbproto, Tight: the control byte's upper half of a rectangle of one colour.</summary>
    public const int TightFill = 8;

    /// <summary>The same of a JPEG rectangle.</summary>
    public const int TightJpeg = 9;

    /// <summary>Tight's lengths: seven, seven and eight bits, the low ones first.</summary>
    private const int LastShift = 14;

    private static readonly RfbEncoding[] Encodings =
    [
        RfbEncoding.Tight, RfbEncoding.CopyRect, RfbEncoding.Raw, RfbEncoding.DesktopSize, RfbEncoding.LastRect, RfbEncoding.Fence,
        RfbEncoding.ContinuousUpdates, RfbEncoding.CompressLevel0 + 2,
    ];

    /// <summary>What today's viewers ask for.</summary>
    /// <param name="quality">RFB quality level, 0 to 9; null: nothing may be lost.</param>
    public static RfbEncoding[] EncodingsFor(int? quality) => quality is { } level ? [.. Encodings, RfbEncoding.JpegQuality0 + level] : Encodings;

    public static (RfbEncoding Encoding, Rect Rect) ReadRectangle(ReadOnlySpan<byte> wire) => (
        (RfbEncoding)BinaryPrimitives.ReadInt32BigEndian(wire[8..]),
        new Rect(
            BinaryPrimitives.ReadUInt16BigEndian(wire), BinaryPrimitives.ReadUInt16BigEndian(wire[2..]),
            BinaryPrimitives.ReadUInt16BigEndian(wire[4..]), BinaryPrimitives.ReadUInt16BigEndian(wire[6..])));

    /// <summary>The answer to a fence; empty where none is wanted.</summary>
    public static byte[] AnswerFence(ReadOnlySpan<byte> head, ReadOnlySpan<byte> payload)
    {
        const uint Request = 0x80000000;
        const uint Understood = 0x7;
        uint flags = BinaryPrimitives.ReadUInt32BigEndian(head[3..]);
        if ((flags & Request) == 0)
        {
            return [];
        }

        byte[] answer = [248, .. head, .. payload];
        BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(4), flags & Understood);
        return answer;
    }

    /// <summary>Takes the next byte of a Tight length.</summary>
    /// <param name="shift">0 before the first byte.</param>
    /// <returns>True where it was the last.</returns>
    public static bool AddLength(byte part, ref int length, ref int shift)
    {
        bool isLast = shift == LastShift || part < 0x80;
        length |= (shift == LastShift ? part : part & 0x7F) << shift;
        shift += 7;
        return isLast;
    }
}
