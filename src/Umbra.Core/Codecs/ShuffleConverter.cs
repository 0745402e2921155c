using System.Runtime.Intrinsics;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>Channels of 8 bits in bytes of their own: 4 bytes in another order, or 3 without padding (CPIXEL, TPIXEL).</summary>
internal sealed class ShuffleConverter : PixelConverter
{
    private const int PixelsPerVector = 4;
    private readonly int _red;
    private readonly int _green;
    private readonly int _blue;
    private readonly Vector128<byte> _toWire;
    private readonly Vector128<byte> _fromWire;

    /// <param name="size">3 or 4 bytes on the wire.</param>
    /// <param name="red">Which wire byte is red; the three positions differ.</param>
    public ShuffleConverter(int size, int red, int green, int blue)
        : base(size)
    {
        (_red, _green, _blue) = (red, green, blue);
        Span<byte> to = stackalloc byte[Vector128<byte>.Count];
        Span<byte> from = stackalloc byte[Vector128<byte>.Count];
        to.Fill(0xFF);
        from.Fill(0xFF);
        for (int i = 0; i < PixelsPerVector; i++)
        {
            (int wire, int bgrx) = (i * size, i * Canvas.BytesPerPixel);
            (to[wire + blue], to[wire + green], to[wire + red]) = ((byte)bgrx, (byte)(bgrx + 1), (byte)(bgrx + 2));
            (from[bgrx], from[bgrx + 1], from[bgrx + 2]) = ((byte)(wire + blue), (byte)(wire + green), (byte)(wire + red));
        }

        _toWire = Vector128.Create<byte>(to);
        _fromWire = Vector128.Create<byte>(from);
    }

    public override void ToWire(ReadOnlySpan<byte> bgrx, Span<byte> wire)
    {
        int size = BytesPerPixel;
        int step = PixelsPerVector * size;
        wire = wire[..(bgrx.Length / Canvas.BytesPerPixel * size)];

        // A vector of 3-byte pixels is stored with 4 bytes too many, which the next one overwrites: the last one must still have room.
        while (wire.Length >= Vector128<byte>.Count)
        {
            Vector128.Shuffle(Vector128.Create(bgrx), _toWire).CopyTo(wire);
            bgrx = bgrx[Vector128<byte>.Count..];
            wire = wire[step..];
        }

        for (; bgrx.Length >= Canvas.BytesPerPixel; bgrx = bgrx[Canvas.BytesPerPixel..], wire = wire[size..])
        {
            wire[..size].Clear();
            (wire[_blue], wire[_green], wire[_red]) = (bgrx[0], bgrx[1], bgrx[2]);
        }
    }

    public override void FromWire(ReadOnlySpan<byte> wire, Span<byte> bgrx)
    {
        int size = BytesPerPixel;
        int step = PixelsPerVector * size;
        while (bgrx.Length >= Vector128<byte>.Count && wire.Length >= Vector128<byte>.Count)
        {
            Vector128.Shuffle(Vector128.Create(wire), _fromWire).CopyTo(bgrx);
            wire = wire[step..];
            bgrx = bgrx[Vector128<byte>.Count..];
        }

        for (; bgrx.Length >= Canvas.BytesPerPixel; bgrx = bgrx[Canvas.BytesPerPixel..], wire = wire[size..])
        {
            (bgrx[0], bgrx[1], bgrx[2], bgrx[3]) = (wire[_blue], wire[_green], wire[_red], 0);
        }
    }
}
