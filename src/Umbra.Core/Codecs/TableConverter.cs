using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>Any format: one table per channel gives its bits in wire order, so a pixel is three look-ups and a store.</summary>
internal sealed class TableConverter : PixelConverter
{
    private readonly PixelFormat _format;
    private readonly int _dropBits;
    private readonly uint[] _red;
    private readonly uint[] _green;
    private readonly uint[] _blue;

    /// <param name="size">Bytes on the wire; fewer than the format's for a CPIXEL.</param>
    /// <param name="offset">Which byte of the full pixel comes first.</param>
    public TableConverter(in PixelFormat format, int size, int offset)
        : base(size)
    {
        _format = format;
        _dropBits = offset * 8;
        _red = Table(format.RedMax, format.RedShift);
        _green = Table(format.GreenMax, format.GreenShift);
        _blue = Table(format.BlueMax, format.BlueShift);
    }

    public override void ToWire(ReadOnlySpan<byte> bgrx, Span<byte> wire)
    {
        ReadOnlySpan<uint> pixels = MemoryMarshal.Cast<byte, uint>(bgrx);
        int size = BytesPerPixel;
        wire = wire[..(pixels.Length * size)];
        foreach (uint pixel in pixels)
        {
            uint value = _red[(byte)(pixel >> 16)] | _green[(byte)(pixel >> 8)] | _blue[(byte)pixel];
            for (int i = 0; i < size; i++, value >>= 8)
            {
                wire[i] = (byte)value;
            }

            wire = wire[size..];
        }
    }

    public override void FromWire(ReadOnlySpan<byte> wire, Span<byte> bgrx)
    {
        int size = BytesPerPixel;
        foreach (ref uint pixel in MemoryMarshal.Cast<byte, uint>(bgrx[..(bgrx.Length / Canvas.BytesPerPixel * Canvas.BytesPerPixel)]))
        {
            uint value = 0;
            for (int i = size - 1; i >= 0; i--)
            {
                value = (value << 8) | wire[i];
            }

            pixel = PixelScale.ToBgrx(_format, WireOrder(value << _dropBits));
            wire = wire[size..];
        }
    }

    private uint[] Table(uint max, int shift)
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            table[i] = WireOrder(PixelScale.FromByte(i, max) << shift) >> _dropBits;
        }

        return table;
    }

    /// <summary>Between the pixel value and its bytes read as a little-endian number; its own inverse.</summary>
    private uint WireOrder(uint value) =>
        !_format.BigEndian ? value : BinaryPrimitives.ReverseEndianness(value) >> (32 - _format.BitsPerPixel);
}
