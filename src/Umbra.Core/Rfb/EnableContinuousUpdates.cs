using System.Buffers;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Rfb;

/// <summary>
/// Client to server (rfbproto): U8 type 150, U8 enable-flag, U16 x, U16 y, U16 width, U16 height. While enabled the server sends updates of
/// the area without being
/// asked; when disabled it answers with <see cref="EndOfContinuousUpdates"/>.
/// </summary>
public readonly record struct EnableContinuousUpdates(bool IsEnabled, Rect Area)
{
    public const int WireSize = 10;

    public static bool TryRead(ref SequenceReader<byte> reader, out EnableContinuousUpdates message)
    {
        Span<byte> wire = stackalloc byte[WireSize];
        bool isThere = reader.TryTake(wire);
        message = new EnableContinuousUpdates(wire[1] != 0, WireRect.Read(wire[2..]));
        return isThere;
    }

    public void Write(IBufferWriter<byte> output)
    {
        Span<byte> wire = stackalloc byte[WireSize];
        wire[0] = (byte)ClientMessageType.EnableContinuousUpdates;
        wire[1] = IsEnabled ? (byte)1 : (byte)0;
        WireRect.Write(wire[2..], Area);
        output.Write(wire);
    }
}
