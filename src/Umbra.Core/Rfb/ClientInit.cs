using System.Buffers;

namespace Umbra.Core.Rfb;

/// <summary>Client to server (RFC 6143, 7.3.1): U8 shared-flag, zero where the client wants to be the only one.</summary>
public readonly record struct ClientInit(bool IsShared)
{
    public static bool TryRead(ref SequenceReader<byte> reader, out ClientInit init)
    {
        bool isThere = reader.TryRead(out byte shared);
        init = new ClientInit(shared != 0);
        return isThere;
    }

    public void Write(IBufferWriter<byte> output) => output.Write<byte>([IsShared ? (byte)1 : (byte)0]);
}
