using System.Buffers;
using System.Runtime.InteropServices;
using Umbra.Core.Memory;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>Writes the tiles of one Hextile rectangle; remembers the colours that carry over from tile to tile.</summary>
internal struct HextileTileWriter(int bytesPerPixel, PayloadWriter output)
{
    private const int MaxSubrects = 255;
    private uint? _background;
    private uint? _foreground;

    /// <param name="wire">The tile as raw bytes.</param>
    /// <param name="pixels">The same as numbers; altered.</param>
    public void Write(ReadOnlySpan<byte> wire, Span<uint> pixels, Size size)
    {
        int start = output.Length;
        (uint background, uint foreground, int colours) = Survey(pixels);
        HextileFlags flags = HextileFlags.None;
        output.GetSpan(1);
        output.Advance(1);
        if (_background != background)
        {
            flags |= HextileFlags.BackgroundSpecified;
            WritePixel(background);
        }

        if (colours == 2 && _foreground != foreground)
        {
            flags |= HextileFlags.ForegroundSpecified;
            WritePixel(foreground);
        }

        if (colours > 1)
        {
            flags |= colours > 2 ? HextileFlags.AnySubrects | HextileFlags.SubrectsColoured : HextileFlags.AnySubrects;
            if (!TryWriteSubrects(pixels, size, background, colours > 2, start + wire.Length))
            {
                WriteRaw(start, wire);
                return;
            }
        }

        output.Written[start] = (byte)flags;
        _background = background;
        _foreground = colours switch { 2 => foreground, > 2 => null, _ => _foreground };
    }

    /// <summary>The two colours to build on and whether there are 1, 2 or more (3).</summary>
    private static (uint Background, uint Foreground, int Colours) Survey(ReadOnlySpan<uint> pixels)
    {
        uint first = pixels[0];
        int at = pixels.IndexOfAnyExcept(first);
        if (at < 0)
        {
            return (first, first, 1);
        }

        uint second = pixels[at];
        int firstCount = pixels.Count(first);
        int secondCount = pixels.Count(second);
        int colours = firstCount + secondCount == pixels.Length ? 2 : 3;
        return firstCount >= secondCount ? (first, second, colours) : (second, first, colours);
    }

    /// <summary>Covers all that is not background, each pixel once. False when raw would be no longer, or there are too many.</summary>
    private readonly bool TryWriteSubrects(Span<uint> pixels, Size size, uint background, bool coloured, int maxEnd)
    {
        int countAt = output.Length;
        output.GetSpan(1)[0] = 0;
        output.Advance(1);
        for (int y = 0; y < size.Height; y++)
        {
            for (int x = 0; x < size.Width; x++)
            {
                uint colour = pixels[(y * size.Width) + x];
                if (colour == background)
                {
                    continue;
                }

                Rect area = Grow(pixels, size, x, y, colour);
                Paint(pixels, size.Width, area, background);
                if (output.Written[countAt] == MaxSubrects || output.Length >= maxEnd)
                {
                    return false;
                }

                output.Written[countAt]++;
                WriteSubrect(area, colour, coloured);
            }
        }

        return output.Length <= maxEnd;
    }

    private static Rect Grow(ReadOnlySpan<uint> pixels, Size size, int x, int y, uint colour)
    {
        int width = pixels.Slice((y * size.Width) + x, size.Width - x).IndexOfAnyExcept(colour);
        width = width < 0 ? size.Width - x : width;
        int bottom = y + 1;
        while (bottom < size.Height && !pixels.Slice((bottom * size.Width) + x, width).ContainsAnyExcept(colour))
        {
            bottom++;
        }

        return Rect.FromEdges(x, y, x + width, bottom);
    }

    private static void Paint(Span<uint> pixels, int stride, Rect area, uint colour)
    {
        for (int y = area.Y; y < area.Bottom; y++)
        {
            pixels.Slice((y * stride) + area.X, area.Width).Fill(colour);
        }
    }

    private readonly void WriteSubrect(Rect area, uint colour, bool coloured)
    {
        if (coloured)
        {
            WritePixel(colour);
        }

        Span<byte> place = output.GetSpan(2);
        place[0] = (byte)((area.X << 4) | area.Y);
        place[1] = (byte)(((area.Width - 1) << 4) | (area.Height - 1));
        output.Advance(2);
    }

    private readonly void WritePixel(uint pixel) => output.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in pixel))[..bytesPerPixel]);

    private void WriteRaw(int start, ReadOnlySpan<byte> wire)
    {
        output.Truncate(start);
        output.GetSpan(1)[0] = (byte)HextileFlags.Raw;
        output.Advance(1);
        output.Write(wire);

        // Peers differ in whether colours outlive a raw tile, so they are said again.
        _background = null;
        _foreground = null;
    }
}
