using System.Buffers;
using System.Buffers.Binary;
using Umbra.Core.Input;

namespace Umbra.Core.Rfb;

/// <summary>Client to server (RFC 6143, 7.5.4): U8 type 4, U8 down-flag, 2 bytes padding, U32 keysym.</summary>
public readonly record struct KeyEvent(uint Keysym, bool IsDown)
{
    public const int WireSize = 8;

    public KeyInput Input => new(Keysym, 0, IsDown);

    public static bool TryRead(ref SequenceReader<byte> reader, out KeyEvent message)
    {
        Span<byte> wire = stackalloc byte[WireSize];
        bool isThere = reader.TryTake(wire);
        message = new KeyEvent(BinaryPrimitives.ReadUInt32BigEndian(wire[4..]), wire[1] != 0);
        return isThere;
    }

    public void Write(IBufferWriter<byte> output)
    {
        Span<byte> wire = stackalloc byte[WireSize];
        wire[0] = (byte)ClientMessageType.KeyEvent;
        wire[1] = IsDown ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(wire[4..], Keysym);
        output.Write(wire);
    }
}
