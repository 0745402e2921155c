using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>The wire has the surface's own layout. The padding byte of a peer may hold anything and is cleared.</summary>
internal sealed class CopyConverter : PixelConverter
{
    private const uint ColourBits = 0x00FF_FFFF;

    private CopyConverter()
        : base(Canvas.BytesPerPixel)
    {
    }

    public static CopyConverter Instance { get; } = new();

    public override void ToWire(ReadOnlySpan<byte> bgrx, Span<byte> wire) => bgrx.CopyTo(wire);

    public override void FromWire(ReadOnlySpan<byte> wire, Span<byte> bgrx)
    {
        wire[..bgrx.Length].CopyTo(bgrx);
        ClearPadding(bgrx);
    }

    /// <summary>Makes the fourth byte of each pixel 0.</summary>
    public static void ClearPadding(Span<byte> bgrx)
    {
        Span<uint> pixels = MemoryMarshal.Cast<byte, uint>(bgrx);
        Vector128<uint> mask = Vector128.Create(ColourBits);
        int i = 0;
        for (; i <= pixels.Length - Vector128<uint>.Count; i += Vector128<uint>.Count)
        {
            Span<uint> four = pixels[i..];
            (Vector128.Create<uint>(four) & mask).CopyTo(four);
        }

        for (; i < pixels.Length; i++)
        {
            pixels[i] &= ColourBits;
        }
    }
}
