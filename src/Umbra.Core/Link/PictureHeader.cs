using System.Buffers;
using System.Buffers.Binary;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Link;

/// <summary>
/// Target to near, in front of the rectangles: U64 commit, U8 flags, S8 JPEG quality and U8 compression level the rectangles
/// were encoded with (see <see cref="LinkFormat"/>), U16 width, U16 height, U16 number of moves, the moves
/// (U16 source x, source y, target x, y, width, height; they happen first, in order), U16 number of rectangles. The rectangles, each a 12-byte RFB
/// header and its body, fill the rest of the frame.
/// </summary>
public readonly record struct PictureHeader(
    ulong Commit, PictureFlags Flags, LinkFormat Format, Size Size, ReadOnlyMemory<CopyMove> Moves, ushort RectCount)
{
    /// <summary>Bytes with no moves.</summary>
    public const int MinSize = FixedSize + 2;
    private const int FixedSize = 8 + 1 + 1 + 1 + 2 + 2 + 2;
    private const int MoveSize = 12;
    private const int RectHeaderSize = 12;

    public bool IsComplete => (Flags & PictureFlags.Complete) != 0;

    public bool IsLossy => (Flags & PictureFlags.Lossy) != 0;

    public bool IsRefinement => (Flags & PictureFlags.Refinement) != 0;

    public int WireSize => MinSize + (Moves.Length * MoveSize);

    /// <param name="payloadLength">Payload bytes of the frame; what the header leaves of them are rectangles.</param>
    /// <returns>False when the header is not all here yet; the reader is where it was.</returns>
    /// <exception cref="ProtocolException">The header is wrong, or does not fit the frame.</exception>
    public static bool TryRead(ref SequenceReader<byte> reader, int payloadLength, out PictureHeader header)
    {
        header = default;
        if (payloadLength < MinSize)
        {
            throw Wrong($"{payloadLength} bytes");
        }

        Span<byte> head = stackalloc byte[FixedSize];
        if (!reader.TryCopyTo(head))
        {
            return false;
        }

        Size size = new(BinaryPrimitives.ReadUInt16BigEndian(head[11..]), BinaryPrimitives.ReadUInt16BigEndian(head[13..]));
        int moveCount = BinaryPrimitives.ReadUInt16BigEndian(head[15..]);
        LinkFormat format = new((sbyte)head[9], head[10]);
        int headerSize = MinSize + (moveCount * MoveSize);
        if (!size.IsValid || !format.IsValid || moveCount > LinkLimits.MaxMoves || payloadLength < headerSize)
        {
            throw Wrong($"{payloadLength} bytes, size {size}, {format}, {moveCount} moves (limit {LinkLimits.MaxMoves})");
        }

        if (reader.Remaining < headerSize)
        {
            return false;
        }

        reader.Advance(FixedSize);
        CopyMove[] moves = ReadMoves(ref reader, moveCount, size);
        reader.TryReadBigEndian(out short rects);
        header = new PictureHeader(BinaryPrimitives.ReadUInt64BigEndian(head), (PictureFlags)head[8], format, size, moves, (ushort)rects);
        CheckRects(header.RectCount, payloadLength - headerSize);
        return true;
    }

    /// <summary>Writes the frame's head and this header; the caller writes exactly <paramref name="rectBytes"/> bytes of rectangles after it.</summary>
    public void Write(IBufferWriter<byte> output, int rectBytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Moves.Length, LinkLimits.MaxMoves, nameof(Moves));
        FrameWriter writer = new(output, LinkMessageType.Picture, WireSize, rectBytes);
        writer.U64(Commit);
        writer.U8((byte)Flags);
        writer.U8(unchecked((byte)Format.JpegQuality));
        writer.U8((byte)Format.CompressLevel);
        writer.Size(Size);
        writer.U16(Moves.Length);
        foreach (CopyMove move in Moves.Span)
        {
            writer.U16(move.SourceX);
            writer.U16(move.SourceY);
            writer.U16(move.Target.X);
            writer.U16(move.Target.Y);
            writer.Size(move.Target.Size);
        }

        writer.U16(RectCount);
        writer.End();
    }

    private static CopyMove[] ReadMoves(ref SequenceReader<byte> reader, int count, Size size)
    {
        CopyMove[] moves = count == 0 ? [] : new CopyMove[count];
        Span<byte> wire = stackalloc byte[MoveSize];
        for (int i = 0; i < count; i++)
        {
            reader.TryCopyTo(wire);
            reader.Advance(MoveSize);
            Rect target = new(U16(wire, 2), U16(wire, 3), U16(wire, 4), U16(wire, 5));
            moves[i] = new CopyMove(U16(wire, 0), U16(wire, 1), target);
            if (target.IsEmpty || !size.Bounds.Contains(target) || !size.Bounds.Contains(moves[i].Source))
            {
                throw Wrong($"move outside {size}");
            }
        }

        return moves;
    }

    private static void CheckRects(int count, int bytes)
    {
        if (count == 0 ? bytes != 0 : bytes < count * RectHeaderSize)
        {
            throw Wrong($"{count} rectangles in {bytes} bytes");
        }
    }

    private static int U16(ReadOnlySpan<byte> wire, int index) => BinaryPrimitives.ReadUInt16BigEndian(wire[(index * 2)..]);

    private static ProtocolException Wrong(string what) => new($"link {LinkMessageType.Picture}: {what}");
}
