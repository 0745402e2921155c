using System.Buffers;
using System.Runtime.InteropServices;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>RFC 6143, 7.7.4. Takes whole tiles, at most <see cref="MaxTileBytes"/> each.</summary>
public sealed class HextileDecoder(PixelFormat format) : IRectDecoder
{
    /// <summary>Flags, two colours, a count and 255 coloured rectangles.</summary>
    internal const int MaxTileBytes = 1 + (2 * 4) + 1 + (255 * MaxSubrectBytes);
    private const int MaxSubrectBytes = 4 + 2;
    private const int TileEdge = HextileEncoder.TileEdge;
    private readonly PixelConverter _converter = PixelConverter.Create(format);
    private Canvas? _canvas;
    private Rect _rect;
    private Rect _tile;
    private uint _background;
    private uint _foreground;

    public void Begin(Canvas canvas, Rect rect)
    {
        _canvas = canvas;
        _rect = rect;
        _tile = TileAt(rect.X, rect.Y);
        (_background, _foreground) = (0, 0);
    }

    public bool TryDecode(ref SequenceReader<byte> reader)
    {
        while (!_tile.IsEmpty)
        {
            SequenceReader<byte> ahead = reader;
            if (!TryDecodeTile(ref ahead))
            {
                return false;
            }

            reader = ahead;
            _tile = _tile.Right < _rect.Right ? TileAt(_tile.Right, _tile.Y) : TileAt(_rect.X, _tile.Bottom);
        }

        return true;
    }

    public void Dispose()
    {
    }

    /// <summary>Empty below the last row.</summary>
    private Rect TileAt(int x, int y) => new Rect(x, y, TileEdge, TileEdge).Intersect(_rect);

    private bool TryDecodeTile(ref SequenceReader<byte> reader)
    {
        if (!reader.TryRead(out byte flagByte))
        {
            return false;
        }

        HextileFlags flags = (HextileFlags)flagByte;
        if (flagByte >= 32)
        {
            throw new ProtocolException($"unknown hextile subencoding: {flagByte}");
        }

        if (flags.HasFlag(HextileFlags.Raw))
        {
            return TryDecodeRaw(ref reader);
        }

        uint background = _background;
        uint foreground = _foreground;
        if ((flags.HasFlag(HextileFlags.BackgroundSpecified) && !TryReadPixel(ref reader, out background))
            || (flags.HasFlag(HextileFlags.ForegroundSpecified) && !TryReadPixel(ref reader, out foreground)))
        {
            return false;
        }

        // Drawn before the rest has come, perhaps twice: the colours are taken over only with the whole tile.
        _canvas!.Fill(_tile, background);
        bool coloured = flags.HasFlag(HextileFlags.SubrectsColoured);
        if (flags.HasFlag(HextileFlags.AnySubrects) && !TryDecodeSubrects(ref reader, foreground, coloured))
        {
            return false;
        }

        (_background, _foreground) = (background, foreground);
        return true;
    }

    private bool TryDecodeRaw(ref SequenceReader<byte> reader)
    {
        Span<byte> wire = stackalloc byte[TileEdge * TileEdge * Canvas.BytesPerPixel];
        int rowSize = _tile.Width * _converter.BytesPerPixel;
        wire = wire[..(rowSize * _tile.Height)];
        if (!reader.TryCopyTo(wire))
        {
            return false;
        }

        reader.Advance(wire.Length);
        for (int y = _tile.Y; y < _tile.Bottom; y++, wire = wire[rowSize..])
        {
            _converter.FromWire(wire[..rowSize], _canvas!.Row(_tile.X, y, _tile.Width));
        }

        return true;
    }

    private bool TryDecodeSubrects(ref SequenceReader<byte> reader, uint foreground, bool coloured)
    {
        int size = 2 + (coloured ? _converter.BytesPerPixel : 0);
        Span<byte> wire = stackalloc byte[255 * MaxSubrectBytes];
        if (!reader.TryRead(out byte count) || !reader.TryCopyTo(wire[..(count * size)]))
        {
            return false;
        }

        reader.Advance(count * size);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> subrect = wire.Slice(i * size, size);
            (byte place, byte extent) = (subrect[^2], subrect[^1]);
            Rect area = new(_tile.X + (place >> 4), _tile.Y + (place & 15), (extent >> 4) + 1, (extent & 15) + 1);
            if (!_tile.Contains(area))
            {
                throw new ProtocolException("hextile rectangle outside its tile");
            }

            _canvas!.Fill(area, coloured ? ToBgrx(subrect) : foreground);
        }

        return true;
    }

    private bool TryReadPixel(ref SequenceReader<byte> reader, out uint bgrx)
    {
        Span<byte> wire = stackalloc byte[Canvas.BytesPerPixel];
        wire = wire[.._converter.BytesPerPixel];
        bool complete = reader.TryCopyTo(wire);
        bgrx = complete ? ToBgrx(wire) : 0;
        reader.Advance(complete ? wire.Length : 0);
        return complete;
    }

    private uint ToBgrx(ReadOnlySpan<byte> wire)
    {
        uint pixel = 0;
        _converter.FromWire(wire, MemoryMarshal.AsBytes(new Span<uint>(ref pixel)));
        return pixel;
    }
}
