using System.Buffers;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Link;

/// <summary>
/// Target to near: U16 width, U16 height, U16 hot x, U16 hot y, then width x height pixels BGRA, colours multiplied with alpha. 0 x 0 is an
/// invisible
/// cursor. <see cref="Pixels"/> is borrowed from the frame: <see cref="ToShape"/> before the reader goes on.
/// </summary>
public readonly record struct LinkCursor(int Width, int Height, int HotX, int HotY, ReadOnlySequence<byte> Pixels)
{
    /// <exception cref="ProtocolException">An edge is over <see cref="CursorShape.MaxEdge"/>, or the pixels are too few or too
    /// many.</exception>
    public static LinkCursor Read(in ReadOnlySequence<byte> payload)
    {
        PayloadReader reader = new(payload, LinkMessageType.Cursor);
        (int width, int height, int hotX, int hotY) = (reader.U16(), reader.U16(), reader.U16(), reader.U16());
        if (width > CursorShape.MaxEdge || height > CursorShape.MaxEdge || (width == 0) != (height == 0))
        {
            throw reader.Wrong($"{width}x{height} (limit {CursorShape.MaxEdge})");
        }

        if (hotX > width || hotY > height)
        {
            throw reader.Wrong($"hot spot {hotX},{hotY} outside {width}x{height}");
        }

        LinkCursor cursor = new(width, height, hotX, hotY, reader.Bytes(width * height * 4));
        reader.End();
        return cursor;
    }

    public static void Write(IBufferWriter<byte> output, CursorShape cursor)
    {
        ReadOnlySpan<byte> pixels = cursor.Pixels is null ? default : cursor.Pixels.Span;
        FrameWriter writer = new(output, LinkMessageType.Cursor, 8 + pixels.Length);
        writer.U16(cursor.Width);
        writer.U16(cursor.Height);
        writer.U16(cursor.HotX);
        writer.U16(cursor.HotY);
        writer.Bytes(pixels);
        writer.End();
    }

    /// <summary>A copy in pool memory; the caller owns it.</summary>
    /// <exception cref="QuotaExceededException">The account's limit is reached.</exception>
    public CursorShape ToShape(BufferPool pool, Account account)
    {
        if (Pixels.IsEmpty)
        {
            return new CursorShape(0, 0, 0, 0, null);
        }

        Lease pixels = pool.Rent((int)Pixels.Length, BufferTag.Cursor, account);
        Pixels.CopyTo(pixels.Span);
        return new CursorShape(Width, Height, HotX, HotY, pixels.Share());
    }
}
