using System.Buffers.Binary;
using Umbra.Core.Codecs;
using Umbra.Core.Memory;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Tests.Surfaces;

/// <summary>Test encoder: rectangle as four int32, then pixels; a class that allows loss zeroes the low half of every byte.</summary>
internal sealed class PixelEncoder : IRectEncoder
{
    public int Calls { get; private set; }

    public EncodeResult Encode(Canvas canvas, ReadOnlySpan<Rect> rects, in EncodingClass encodingClass, PayloadWriter output)
    {
        EncodeResult result = default;
        foreach (Rect rect in rects)
        {
            result += Encode(canvas, rect, encodingClass, output);
        }

        return result;
    }

    private EncodeResult Encode(Canvas canvas, Rect rect, EncodingClass encodingClass, PayloadWriter output)
    {
        Calls++;
        Span<byte> header = output.GetSpan(16);
        BinaryPrimitives.WriteInt32LittleEndian(header, rect.X);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], rect.Y);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], rect.Width);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], rect.Height);
        output.Advance(16);
        byte mask = encodingClass.IsLossless ? (byte)0xFF : (byte)0xF0;
        for (int y = rect.Y; y < rect.Bottom; y++)
        {
            Span<byte> row = output.GetSpan(rect.Width * 4)[..(rect.Width * 4)];
            canvas.Row(rect.X, y, rect.Width).CopyTo(row);
            for (int i = 0; i < row.Length; i++)
            {
                row[i] &= mask;
            }

            output.Advance(row.Length);
        }

        return new EncodeResult(1, !encodingClass.IsLossless);
    }

    public void Dispose()
    {
    }

    /// <summary>The viewer's next update, into its picture.</summary>
    /// <returns>Bytes it had.</returns>
    public static long Take(SurfaceViewer viewer, Canvas picture, long now = 0)
    {
        using PictureUpdate update = viewer.TakeUpdate(int.MaxValue, 1000, now)!;
        Apply(update, picture);
        return update.Bytes;
    }

    /// <summary>What a viewer's picture becomes with this update.</summary>
    public static void Apply(PictureUpdate update, Canvas picture)
    {
        foreach (CopyMove move in update.Moves.Span)
        {
            picture.CopyWithin(move.SourceX, move.SourceY, move.Target);
        }

        foreach (EncodedPicture payload in update.Payloads)
        {
            ReadOnlySpan<byte> bytes = payload.Bytes.Span;
            while (!bytes.IsEmpty)
            {
                Rect rect = new(Int(bytes), Int(bytes[4..]), Int(bytes[8..]), Int(bytes[12..]));
                bytes = bytes[16..];
                for (int y = rect.Y; y < rect.Bottom; y++)
                {
                    bytes[..(rect.Width * 4)].CopyTo(picture.Row(rect.X, y, rect.Width));
                    bytes = bytes[(rect.Width * 4)..];
                }
            }
        }

        static int Int(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }
}
