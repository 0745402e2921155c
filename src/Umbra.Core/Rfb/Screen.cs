using System.Buffers.Binary;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Rfb;

/// <summary>
/// One screen of an extended desktop size (rfbproto): U32 id, U16 x, U16 y, U16 width, U16 height, U32 flags. The id is never zero:
/// some clients refuse it.
/// </summary>
public readonly record struct Screen(uint Id, Rect Area, uint Flags)
{
    public const int WireSize = 16;

    /// <summary>The one screen of a desktop that has just one.</summary>
    public static Screen Single(Size size) => new(1, size.Bounds, 0);

    public static Screen Read(ReadOnlySpan<byte> wire) =>
        new(BinaryPrimitives.ReadUInt32BigEndian(wire), WireRect.Read(wire[4..]), BinaryPrimitives.ReadUInt32BigEndian(wire[12..]));

    public void Write(Span<byte> wire)
    {
        BinaryPrimitives.WriteUInt32BigEndian(wire, Id);
        WireRect.Write(wire[4..], Area);
        BinaryPrimitives.WriteUInt32BigEndian(wire[12..], Flags);
    }
}
