using System.Buffers;
using System.Runtime.InteropServices;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>
/// Tight (rfbproto): fill, JPEG, and the copy, palette and gradient filters over four zlib streams. What comes before the body
/// (at most about 1 KiB) is read as a whole; the body is decoded once its bytes have all come.
/// </summary>
public sealed class TightDecoder : IRectDecoder
{
    private readonly PixelFormat _format;
    private readonly PixelConverter _converter;
    private readonly BodyBuffer _body;
    private readonly TightRowReader _rows;
    private readonly JpegDecoder _jpeg = new();
    private readonly Inflater[] _streams = [new(), new(), new(), new()];

    // Of the rectangle under way, BGRX; only Header.Colours of them count.
    private readonly Lease _palette;
    private Canvas? _canvas;
    private Rect _rect;
    private TightHeader? _header;

    public TightDecoder(BufferPool pool, Account account, PixelFormat format)
    {
        _format = format;
        _converter = PixelConverter.Create(format, PixelPacking.Tight);
        _body = new BodyBuffer(pool, account);
        _rows = new TightRowReader(pool, account, format, _converter);
        _palette = pool.Rent(ColourIndex.MaxColours * sizeof(uint), BufferTag.Decoder, account);
    }

    private Span<uint> Palette => MemoryMarshal.Cast<byte, uint>(_palette.Span);

    public void Begin(Canvas canvas, Rect rect)
    {
        _canvas = canvas;
        _rect = rect;
        _header = null;
    }

    public bool TryDecode(ref SequenceReader<byte> reader)
    {
        if (_header is null)
        {
            SequenceReader<byte> ahead = reader;
            if (!TryReadHeader(ref ahead, out TightHeader read))
            {
                return false;
            }

            reader = ahead;
            _header = read;
            _body.Begin(read.Length);
        }

        if (!_body.TryTake(ref reader, out ReadOnlySequence<byte> body))
        {
            return false;
        }

        DecodeBody(_header.Value, body);
        _body.Release();
        return true;
    }

    public void Dispose()
    {
        _body.Dispose();
        _rows.Dispose();
        _jpeg.Dispose();
        _palette.Dispose();
        foreach (Inflater stream in _streams)
        {
            stream.Dispose();
        }
    }

    private void DecodeBody(TightHeader header, ReadOnlySequence<byte> body)
    {
        switch (header.Kind)
        {
            case TightKind.Fill:
                _canvas!.Fill(_rect, Palette[0]);
                break;
            case TightKind.Jpeg:
                DecodeJpeg(body);
                break;
            default:
                Inflater? stream = header.IsCompressed ? _streams[header.Stream] : null;
                _rows.Decode(_canvas!, _rect, header.Kind, Palette[..header.Colours], body, stream);
                break;
        }
    }

    private void DecodeJpeg(ReadOnlySequence<byte> body)
    {
        if (body.IsSingleSegment)
        {
            _jpeg.Decode(body.FirstSpan, _canvas!, _rect);
            return;
        }

        using Lease whole = _rows.Copy(body);
        _jpeg.Decode(whole.Span, _canvas!, _rect);
    }

    private bool TryReadHeader(ref SequenceReader<byte> reader, out TightHeader header)
    {
        header = default;
        if (!reader.TryRead(out byte control))
        {
            return false;
        }

        bool complete = (control >> 4) switch
        {
            TightControl.Fill => TryReadFill(ref reader, out header),
            TightControl.Jpeg => TryReadJpeg(ref reader, out header),
            < TightControl.Fill => TryReadBasic(ref reader, control, out header),
            _ => throw new ProtocolException($"unknown tight compression: {control}"),
        };

        if (complete)
        {
            ResetStreams(control);
        }

        return complete;
    }

    /// <summary>Each of the low bits names a stream to forget.</summary>
    private void ResetStreams(byte control)
    {
        for (int i = 0; i < TightControl.Streams; i++)
        {
            if ((control & (1 << i)) != 0)
            {
                _streams[i].Reset();
            }
        }
    }

    private bool TryReadFill(ref SequenceReader<byte> reader, out TightHeader header)
    {
        header = new TightHeader(TightKind.Fill, 0, false, 1, 0);
        return TryReadColours(ref reader, 1);
    }

    private static bool TryReadJpeg(ref SequenceReader<byte> reader, out TightHeader header)
    {
        bool complete = TryReadLength(ref reader, out int length);
        header = new TightHeader(TightKind.Jpeg, 0, false, 0, length);
        return complete;
    }

    private bool TryReadBasic(ref SequenceReader<byte> reader, byte control, out TightHeader header)
    {
        header = default;
        byte filter = TightControl.CopyFilter;
        int colours = 0;
        if ((control & TightControl.HasFilter) != 0 && !reader.TryRead(out filter))
        {
            return false;
        }

        if (filter == TightControl.PaletteFilter && !TryReadPalette(ref reader, out colours))
        {
            return false;
        }

        TightKind kind = filter switch
        {
            TightControl.CopyFilter => TightKind.Copy,
            TightControl.PaletteFilter => TightKind.Palette,
            TightControl.GradientFilter when _format.BitsPerPixel > 8 => TightKind.Gradient,
            _ => throw new ProtocolException($"unknown tight filter: {filter}"),
        };

        // A rectangle is at most 16384 x 4096 pixels of 4 bytes.
        long plain = (long)_rows.RowSize(_rect.Width, kind, colours) * _rect.Height;
        bool compressed = plain >= TightControl.MinCompressed;
        int length = (int)Math.Min(plain, TightControl.MinCompressed);
        if (compressed && !TryReadLength(ref reader, out length))
        {
            return false;
        }

        header = new TightHeader(kind, (control >> 4) & 3, compressed, colours, length);
        return true;
    }

    private bool TryReadPalette(ref SequenceReader<byte> reader, out int colours)
    {
        bool complete = reader.TryRead(out byte count);
        colours = count + 1;
        return complete && TryReadColours(ref reader, colours);
    }

    private bool TryReadColours(ref SequenceReader<byte> reader, int count)
    {
        Span<byte> wire = stackalloc byte[ColourIndex.MaxColours * Canvas.BytesPerPixel];
        wire = wire[..(count * _converter.BytesPerPixel)];
        if (!reader.TryCopyTo(wire))
        {
            return false;
        }

        reader.Advance(wire.Length);
        _converter.FromWire(wire, MemoryMarshal.AsBytes(Palette[..count]));
        return true;
    }

    /// <summary>7, 7 and 8 bits, lowest first: never more than <see cref="CodecLimits.MaxTightBytes"/>.</summary>
    private static bool TryReadLength(ref SequenceReader<byte> reader, out int length)
    {
        length = 0;
        for (int i = 0; i < TightControl.MaxLengthBytes; i++)
        {
            if (!reader.TryRead(out byte part))
            {
                return false;
            }

            bool last = i == TightControl.MaxLengthBytes - 1 || part < 0x80;
            length |= (i == TightControl.MaxLengthBytes - 1 ? part : part & 0x7F) << (7 * i);
            if (last)
            {
                break;
            }
        }

        return true;
    }
}
