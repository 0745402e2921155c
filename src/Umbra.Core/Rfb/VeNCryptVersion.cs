using System.Buffers;

namespace Umbra.Core.Rfb;

/// <summary>
/// First message of each side of VeNCrypt (rfbproto): U8 major, U8 minor. The server sends its highest, the client answers with the one to
/// use; then the server
/// sends U8 0 if it agrees, else non-zero and closes.
/// </summary>
public readonly record struct VeNCryptVersion(byte Major, byte Minor)
{
    public const int WireSize = 2;

    public static VeNCryptVersion V02 { get; } = new(0, 2);

    public static bool TryRead(ref SequenceReader<byte> reader, out VeNCryptVersion version)
    {
        Span<byte> wire = stackalloc byte[WireSize];
        bool isThere = reader.TryTake(wire);
        version = new VeNCryptVersion(wire[0], wire[1]);
        return isThere;
    }

    public void Write(IBufferWriter<byte> output) => output.Write<byte>([Major, Minor]);
}
