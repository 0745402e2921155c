using System.Buffers;
using System.Runtime.InteropServices;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>
/// Writes Tight rectangles of a kind already chosen. All that is compressed goes through two of the four zlib streams, colours through the first and numbers of colours
/// through the second: the first rectangle of each resets it and brings a fresh one, the others go on with that. So all of them together decode whatever came before.
/// Owns its working memory.
/// </summary>
internal sealed class TightRectWriter(BufferPool pool, Account account) : IDisposable
{
    private const int ColourStream = 0;
    private const int NumberStream = 1;

    /// <summary>Finds the same colour again beside a pixel, and not the same row above: things with straight edges would take twice the bytes.</summary>
    private const int FastestLevel = 1;

    private readonly PixelConverterCache _converters = new(PixelPacking.Tight);
    private readonly Deflater[] _deflaters = [new(), new()];
    private readonly JpegEncoder _jpeg = new(pool, account);
    private readonly Lease _row = pool.Rent(TightEncoder.MaxWidth * Canvas.BytesPerPixel, BufferTag.Encoder, account);
    private Canvas? _canvas;
    private PayloadWriter? _output;
    private PixelConverter _converter = null!;
    private EncodingClass _class;

    private Canvas Picture => _canvas!;

    private PayloadWriter Output => _output!;

    public int Count { get; private set; }

    public bool IsLossy { get; private set; }

    public bool CanUseJpeg => !_class.IsLossless && JpegCodec.IsAvailable && _class.Format is { TrueColour: true, BitsPerPixel: >= 16 };

    public bool HasSmallPixels => _class.Format.BitsPerPixel < 32;

    public void Begin(Canvas canvas, in EncodingClass encodingClass, PayloadWriter output)
    {
        _canvas = canvas;
        _class = encodingClass;
        _output = output;
        _converter = _converters.Get(encodingClass.Format);
        (Count, IsLossy) = (0, false);
        End();
    }

    /// <summary>What follows must not depend on what was written.</summary>
    public void End() => Array.ForEach(_deflaters, deflater => deflater.End());

    public void WriteFill(Rect rect, uint colour)
    {
        WriteHeader(rect, TightControl.Fill << 4);
        WritePixels(MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in colour)));
    }

    /// <returns>False, and nothing written, where the library refused.</returns>
    public bool TryWriteJpeg(Rect rect)
    {
        ReadOnlySpan<byte> jpeg = _jpeg.Encode(Picture, rect, _class.JpegQuality);
        if (jpeg.IsEmpty || jpeg.Length > CodecLimits.MaxTightBytes)
        {
            return false;
        }

        WriteHeader(rect, TightControl.Jpeg << 4);
        Output.Advance(TightControl.WriteLength(jpeg.Length, Output.GetSpan(TightControl.MaxLengthBytes)));
        Output.Write(jpeg);
        IsLossy = true;
        return true;
    }

    public void WriteFullColour(Rect rect)
    {
        int rowSize = rect.Width * _converter.BytesPerPixel;
        Deflater? deflater = WriteBasicHeader(rect, ColourStream, rowSize * rect.Height);
        int bodyAt = BeginData(deflater, _class.CompressLevel);
        Span<byte> row = _row.Span[..rowSize];
        for (int y = rect.Y; y < rect.Bottom; y++)
        {
            _converter.ToWire(Picture.Row(rect.X, y, rect.Width), row);
            WriteData(row, deflater);
        }

        EndBasic(bodyAt, deflater);
    }

    /// <param name="numbers">A number of a colour per pixel, without gaps; altered.</param>
    /// <param name="colours">2 to 256 colours.</param>
    public void WriteIndexed(Rect rect, Span<byte> numbers, ColourIndex colours)
    {
        bool mono = colours.Count == 2;
        int rowSize = mono ? (rect.Width + 7) / 8 : rect.Width;
        if (mono)
        {
            PackMono(numbers, rect.Width);
        }

        int size = rowSize * rect.Height;
        Deflater? deflater = WriteBasicHeader(rect, NumberStream, size);
        Span<byte> filter = Output.GetSpan(2);
        (filter[0], filter[1]) = (TightControl.PaletteFilter, (byte)(colours.Count - 1));
        Output.Advance(2);
        WritePixels(colours.ColourBytes);
        int bodyAt = BeginData(deflater, _class.CompressLevel == FastestLevel ? FastestLevel + 1 : _class.CompressLevel);
        WriteData(numbers[..size], deflater);
        EndBasic(bodyAt, deflater);
    }

    public void Dispose()
    {
        Array.ForEach(_deflaters, deflater => deflater.Dispose());
        _jpeg.Dispose();
        _row.Dispose();
    }

    /// <summary>Numbers 0 and 1 become bits, the first the highest, each row from a byte of its own; in place.</summary>
    internal static void PackMono(Span<byte> numbers, int width)
    {
        int length = 0;
        for (ReadOnlySpan<byte> rest = numbers; rest.Length > 0; rest = rest[width..])
        {
            int x = 0;
            for (; x <= width - sizeof(ulong); x += sizeof(ulong))
            {
                // The product moves each byte's lowest bit to its place in the top byte.
                numbers[length++] = (byte)((MemoryMarshal.Read<ulong>(rest[x..]) * 0x8040_2010_0804_0201) >> 56);
            }

            if (x < width)
            {
                int bits = 0;
                for (int i = x; i < width; i++)
                {
                    bits |= rest[i] << (7 - i + x);
                }

                numbers[length++] = (byte)bits;
            }
        }
    }

    private void WriteHeader(Rect rect, int control)
    {
        new RectHeader(rect, RfbEncoding.Tight).Write(Output);
        Output.GetSpan(1)[0] = (byte)control;
        Output.Advance(1);
        Count++;
    }

    /// <summary>What goes through the stream of numbers has a filter, the palette.</summary>
    /// <returns>Where the data go through; null: as they are.</returns>
    private Deflater? WriteBasicHeader(Rect rect, int stream, int size)
    {
        Deflater? deflater = size >= TightControl.MinCompressed ? _deflaters[stream] : null;
        WriteHeader(rect, (stream << 4) | (stream == NumberStream ? TightControl.HasFilter : 0) | (deflater is { IsOpen: false } ? 1 << stream : 0));
        return deflater;
    }

    /// <summary>Leaves room for the longest length; returns where the data begin.</summary>
    private int BeginData(Deflater? deflater, int level)
    {
        if (deflater is null)
        {
            return Output.Length;
        }

        Output.GetSpan(TightControl.MaxLengthBytes);
        Output.Advance(TightControl.MaxLengthBytes);
        if (!deflater.IsOpen)
        {
            deflater.Begin(level, hasHeader: true, Output);
        }

        return Output.Length;
    }

    private void WriteData(ReadOnlySpan<byte> data, Deflater? deflater)
    {
        if (deflater is null)
        {
            Output.Write(data);
        }
        else
        {
            deflater.Write(data);
        }
    }

    /// <summary>Writes the length in as few bytes as it needs and closes the gap.</summary>
    private void EndBasic(int bodyAt, Deflater? deflater)
    {
        if (deflater is null)
        {
            return;
        }

        deflater.Flush();
        int length = Output.Length - bodyAt;
        int lengthAt = bodyAt - TightControl.MaxLengthBytes;
        int lengthBytes = TightControl.WriteLength(length, Output.Written[lengthAt..]);
        Output.Written[bodyAt..].CopyTo(Output.Written[(lengthAt + lengthBytes)..]);
        Output.Truncate(lengthAt + lengthBytes + length);
    }

    private void WritePixels(ReadOnlySpan<byte> bgrx)
    {
        int size = bgrx.Length / Canvas.BytesPerPixel * _converter.BytesPerPixel;
        _converter.ToWire(bgrx, Output.GetSpan(size));
        Output.Advance(size);
    }
}
