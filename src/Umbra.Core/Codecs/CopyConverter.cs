using System.Runtime.CompilerServices;
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

    public override void FromWire(ReadOnlySpan<byte> wire, Span<byte> bgrx) => CopyColours(wire[..bgrx.Length], bgrx);

    /// <summary>Makes the fourth byte of each pixel 0.</summary>
    public static void ClearPadding(Span<byte> bgrx) => CopyColours(bgrx, bgrx);

    /// <summary>Every pixel of a source on this machine passes here: compiled in full at once, not when a busy core gets to it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyColours(ReadOnlySpan<byte> from, Span<byte> to)
    {
        ref uint source = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<byte, uint>(from));
        ref uint target = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<byte, uint>(to));
        nuint length = (nuint)(from.Length / Canvas.BytesPerPixel);
        nuint i = 0;
        for (; i + (nuint)Vector256<uint>.Count <= length; i += (nuint)Vector256<uint>.Count)
        {
            (Vector256.LoadUnsafe(ref source, i) & Vector256.Create(ColourBits)).StoreUnsafe(ref target, i);
        }

        for (; i < length; i++)
        {
            Unsafe.Add(ref target, i) = Unsafe.Add(ref source, i) & ColourBits;
        }
    }
}
