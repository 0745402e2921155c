using System.Buffers.Binary;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>
/// Walks over Tight rectangles without decoding their pixels: a few microseconds where decoding takes milliseconds, so that bytes from a link
/// can be passed on first and decoded then. Checks everything that frames them, and that a JPEG picture has its rectangle's size; what is inside
/// deflated data only decoding can tell. For <see cref="PixelFormat.Bgrx"/>, whose colours have three bytes in Tight.
/// </summary>
public sealed class TightScanner : IDisposable
{
    private const int ColourSize = 3;
    private readonly JpegDecoder _jpeg = new();

    /// <summary>Adds the areas of exactly <paramref name="count"/> rectangles, which must be all there is in <paramref name="bytes"/>.</summary>
    /// <exception cref="ProtocolException">A rectangle is not Tight, outside the picture or cut off, or bytes are left.</exception>
    public void Scan(ReadOnlySpan<byte> bytes, int count, Size size, List<Rect> areas)
    {
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> header = Take(ref bytes, RectHeader.WireSize);
            Rect rect = new(U16(header), U16(header[2..]), U16(header[4..]), U16(header[6..]));
            int encoding = BinaryPrimitives.ReadInt32BigEndian(header[8..]);
            if (encoding != (int)RfbEncoding.Tight || rect.IsEmpty || !size.Bounds.Contains(rect))
            {
                throw new ProtocolException($"a rectangle of encoding {encoding} at {rect}, not tight or not inside {size}");
            }

            SkipBody(ref bytes, rect);
            areas.Add(rect);
        }

        if (!bytes.IsEmpty)
        {
            throw new ProtocolException($"{bytes.Length} bytes after the last rectangle");
        }
    }

    public void Dispose() => _jpeg.Dispose();

    private void SkipBody(ref ReadOnlySpan<byte> bytes, Rect rect)
    {
        byte control = Take(ref bytes, 1)[0];
        switch (control >> 4)
        {
            case TightControl.Fill:
                Take(ref bytes, ColourSize);
                break;
            case TightControl.Jpeg:
                _jpeg.RequireSize(Take(ref bytes, TakeLength(ref bytes)), rect.Size);
                break;
            case < TightControl.Fill:
                SkipBasic(ref bytes, control, rect);
                break;
            default:
                throw new ProtocolException($"unknown tight compression: {control}");
        }
    }

    private static void SkipBasic(ref ReadOnlySpan<byte> bytes, byte control, Rect rect)
    {
        byte filter = (control & TightControl.HasFilter) != 0 ? Take(ref bytes, 1)[0] : TightControl.CopyFilter;
        int rowSize = rect.Width * ColourSize;
        if (filter == TightControl.PaletteFilter)
        {
            int colours = Take(ref bytes, 1)[0] + 1;
            Take(ref bytes, colours * ColourSize);
            rowSize = colours <= 2 ? (rect.Width + 7) / 8 : rect.Width;
        }
        else if (filter > TightControl.GradientFilter)
        {
            throw new ProtocolException($"unknown tight filter: {filter}");
        }

        long plain = (long)rowSize * rect.Height;
        Take(ref bytes, plain < TightControl.MinCompressed ? (int)plain : TakeLength(ref bytes));
    }

    private static int TakeLength(ref ReadOnlySpan<byte> bytes)
    {
        int length = 0;
        for (int i = 0; i < TightControl.MaxLengthBytes; i++)
        {
            byte part = Take(ref bytes, 1)[0];
            bool isLast = i == TightControl.MaxLengthBytes - 1 || part < 0x80;
            length |= (i == TightControl.MaxLengthBytes - 1 ? part : part & 0x7F) << (7 * i);
            if (isLast)
            {
                break;
            }
        }

        return length;
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> bytes, int count)
    {
        if (bytes.Length < count)
        {
            throw new ProtocolException("the last rectangle is cut off");
        }

        ReadOnlySpan<byte> taken = bytes[..count];
        bytes = bytes[count..];
        return taken;
    }

    private static int U16(ReadOnlySpan<byte> wire) => BinaryPrimitives.ReadUInt16BigEndian(wire);
}
