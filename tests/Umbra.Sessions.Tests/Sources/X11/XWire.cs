using System.Buffers;

namespace Umbra.Sessions.Tests.Sources.X11;

/// <summary>Bytes as an X server sends them.</summary>
internal static class XWire
{
    public static byte[] U16(int value) => [(byte)value, (byte)(value >> 8)];

    public static byte[] U32(uint value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16), (byte)(value >> 24)];

    /// <summary>A reply with a body of whole words, each byte of it <paramref name="fill"/>.</summary>
    public static byte[] Reply(ushort sequence, int words, byte fill = 0) =>
        [1, 0, .. U16(sequence), .. U32((uint)words), .. new byte[24], .. Enumerable.Repeat(fill, 4 * words)];

    public static byte[] Error(ushort sequence, byte code) => [0, code, .. U16(sequence), .. U32(7), .. U16(4), 139, .. new byte[21]];

    public static byte[] Event(ushort sequence, byte type) => [type, 0, .. U16(sequence), .. new byte[28]];

    /// <summary>In two segments, cut there.</summary>
    public static ReadOnlySequence<byte> Cut(byte[] bytes, int at)
    {
        Segment first = new(bytes.AsMemory(0, at), 0);
        Segment second = first.Append(bytes.AsMemory(at));
        return new ReadOnlySequence<byte>(first, 0, second, bytes.Length - at);
    }

    /// <summary>What an X server says of itself: one format, one screen with one visual, and the vendor "abc".</summary>
    public static byte[] Setup(byte depth = 24, byte bits = 32, uint redMask = 0xFF0000, byte order = 0, byte visualClass = 4)
    {
        byte[] body =
        [
            .. U32(1), .. U32(0x200000), .. U32(0x1FFFFF), .. U32(0), .. U16(3), .. U16(65535), 1, 1, order, 0, 32, 32, 8, 255, .. U32(0),
            .. "abc\0"u8,
            depth, bits, 32, 0, 0, 0, 0, 0,
            .. U32(0x519), .. U32(0x20), .. U32(0), .. U32(0), .. U32(0), .. U16(800), .. U16(600), .. U16(200), .. U16(150), .. U16(1), .. U16(1),
            .. U32(0x21), 0, 0, depth, 1,
            depth, 0, .. U16(1), .. U32(0),
            .. U32(0x21), visualClass, 8, .. U16(256), .. U32(redMask), .. U32(0xFF00), .. U32(0xFF), .. U32(0),
        ];
        return [1, 0, 11, 0, 0, 0, .. U16(body.Length / 4), .. body];
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            Segment next = new(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
