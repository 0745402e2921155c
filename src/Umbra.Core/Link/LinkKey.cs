using System.Buffers;
using Umbra.Core.Input;
using Umbra.Core.Rfb;

namespace Umbra.Core.Link;

/// <summary>Near to target: U32 shadow id, U32 X keysym, U32 XT scan code, U8 down (0 or 1).</summary>
public readonly record struct LinkKey(uint ShadowId, KeyInput Key)
{
    /// <exception cref="ProtocolException">A field is wrong.</exception>
    public static LinkKey Read(in ReadOnlySequence<byte> payload)
    {
        PayloadReader reader = new(payload, LinkMessageType.Key);
        LinkKey key = new(reader.ShadowId(), new KeyInput(reader.U32(), reader.U32(), reader.Bool()));
        reader.End();
        return key;
    }

    public void Write(IBufferWriter<byte> output)
    {
        FrameWriter writer = new(output, LinkMessageType.Key, 4 + 4 + 4 + 1);
        writer.U32(ShadowId);
        writer.U32(Key.Keysym);
        writer.U32(Key.XtCode);
        writer.U8(Key.Down ? (byte)1 : (byte)0);
        writer.End();
    }
}
