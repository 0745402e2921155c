using System.Buffers;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Rfb;

/// <summary>
/// Client to server (RFC 6143, 7.5.3): U8 type 3, U8 incremental, U16 x, U16 y, U16 width, U16 height. Not incremental: the client has lost
/// the area's
/// content and wants all of it. The area may lie outside the picture: intersect it.
/// </summary>
public readonly record struct FramebufferUpdateRequest(bool IsIncremental, Rect Area)
{
    public const int WireSize = 10;

    public static bool TryRead(ref SequenceReader<byte> reader, out FramebufferUpdateRequest request)
    {
        Span<byte> wire = stackalloc byte[WireSize];
        bool isThere = reader.TryTake(wire);
        request = new FramebufferUpdateRequest(wire[1] != 0, WireRect.Read(wire[2..]));
        return isThere;
    }

    public void Write(IBufferWriter<byte> output)
    {
        Span<byte> wire = stackalloc byte[WireSize];
        wire[0] = (byte)ClientMessageType.FramebufferUpdateRequest;
        wire[1] = IsIncremental ? (byte)1 : (byte)0;
        WireRect.Write(wire[2..], Area);
        output.Write(wire);
    }
}
