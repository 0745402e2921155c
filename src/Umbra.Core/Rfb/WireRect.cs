using System.Buffers.Binary;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Rfb;

/// <summary>A rectangle as every RFB message carries it: U16 x, U16 y, U16 width, U16 height.</summary>
internal static class WireRect
{
    public const int WireSize = 8;

    public static Rect Read(ReadOnlySpan<byte> wire) => new(
        BinaryPrimitives.ReadUInt16BigEndian(wire),
        BinaryPrimitives.ReadUInt16BigEndian(wire[2..]),
        BinaryPrimitives.ReadUInt16BigEndian(wire[4..]),
        BinaryPrimitives.ReadUInt16BigEndian(wire[6..]));

    public static void Write(Span<byte> wire, Rect rect)
    {
        BinaryPrimitives.WriteUInt16BigEndian(wire, checked((ushort)rect.X));
        BinaryPrimitives.WriteUInt16BigEndian(wire[2..], checked((ushort)rect.Y));
        BinaryPrimitives.WriteUInt16BigEndian(wire[4..], checked((ushort)rect.Width));
        BinaryPrimitives.WriteUInt16BigEndian(wire[6..], checked((ushort)rect.Height));
    }
}
