using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Umbra.Core.Rfb;

namespace Umbra.Core.Codecs;

/// <summary>Pixels of 16 bits with channels of at most 8 bits (565, 555, ...), either endianness.</summary>
internal sealed class Packed16Converter(PixelFormat format) : PixelConverter(sizeof(ushort))
{
    private readonly bool _swap = format.BigEndian == BitConverter.IsLittleEndian;
    private readonly int _redDrop = 24 - BitOperations.PopCount(format.RedMax);
    private readonly int _greenDrop = 16 - BitOperations.PopCount(format.GreenMax);
    private readonly int _blueDrop = 8 - BitOperations.PopCount(format.BlueMax);

    public override void ToWire(ReadOnlySpan<byte> bgrx, Span<byte> wire)
    {
        ReadOnlySpan<uint> pixels = MemoryMarshal.Cast<byte, uint>(bgrx);
        Span<ushort> values = MemoryMarshal.Cast<byte, ushort>(wire)[..pixels.Length];
        while (pixels.Length >= Vector128<ushort>.Count)
        {
            Vector128<uint> first = Pack(Vector128.Create(pixels));
            Vector128<uint> second = Pack(Vector128.Create(pixels[Vector128<uint>.Count..]));
            Vector128<ushort> packed = Vector128.Narrow(first, second);
            (_swap ? (packed << 8) | (packed >>> 8) : packed).CopyTo(values);
            pixels = pixels[Vector128<ushort>.Count..];
            values = values[Vector128<ushort>.Count..];
        }

        for (int i = 0; i < pixels.Length; i++)
        {
            ushort value = (ushort)Pack(Vector128.CreateScalar(pixels[i])).ToScalar();
            values[i] = _swap ? BinaryPrimitives.ReverseEndianness(value) : value;
        }
    }

    public override void FromWire(ReadOnlySpan<byte> wire, Span<byte> bgrx)
    {
        Span<uint> pixels = MemoryMarshal.Cast<byte, uint>(bgrx);
        ReadOnlySpan<ushort> values = MemoryMarshal.Cast<byte, ushort>(wire)[..pixels.Length];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = PixelScale.ToBgrx(format, _swap ? BinaryPrimitives.ReverseEndianness(values[i]) : values[i]);
        }
    }

    private Vector128<uint> Pack(Vector128<uint> bgrx) =>
        (((bgrx >>> _redDrop) & Vector128.Create((uint)format.RedMax)) << format.RedShift)
        | (((bgrx >>> _greenDrop) & Vector128.Create((uint)format.GreenMax)) << format.GreenShift)
        | (((bgrx >>> _blueDrop) & Vector128.Create((uint)format.BlueMax)) << format.BlueShift);
}
