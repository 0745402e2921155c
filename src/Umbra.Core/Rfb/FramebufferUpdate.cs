using System.Buffers;
using System.Buffers.Binary;

namespace Umbra.Core.Rfb;

/// <summary>
/// Head of a picture update, server to client (RFC 6143, 7.6.1): U8 type 0, 1 byte padding, U16 number-of-rectangles; that many rectangles
/// follow, or, with
/// <see cref="UntilLastRect"/>, rectangles up to a <see cref="LastRectMarker"/>.
/// </summary>
public readonly record struct FramebufferUpdate(ushort RectCount)
{
    public const int WireSize = 4;

    /// <summary>The count of an update whose end is marked (rfbproto, LastRect).</summary>
    public const ushort UntilLastRect = 0xFFFF;

    public static bool TryRead(ref SequenceReader<byte> reader, out FramebufferUpdate update)
    {
        Span<byte> wire = stackalloc byte[WireSize];
        bool isThere = reader.TryTake(wire);
        update = new FramebufferUpdate(BinaryPrimitives.ReadUInt16BigEndian(wire[2..]));
        return isThere;
    }

    public void Write(IBufferWriter<byte> output)
    {
        Span<byte> wire = stackalloc byte[WireSize];
        wire[0] = (byte)ServerMessageType.FramebufferUpdate;
        BinaryPrimitives.WriteUInt16BigEndian(wire[2..], RectCount);
        output.Write(wire);
    }
}
