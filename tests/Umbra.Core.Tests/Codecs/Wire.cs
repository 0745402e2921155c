using System.Buffers;
using System.Buffers.Binary;
using Umbra.Core.Codecs;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Tests.Codecs;

/// <summary>Decodes payloads as a connection would, and can cut the input anywhere.</summary>
internal static class Wire
{
    /// <summary>All rectangles of a payload; returns how many there were.</summary>
    public static int Decode(RectDecoders decoders, Canvas canvas, ReadOnlySequence<byte> payload)
    {
        SequenceReader<byte> reader = new(payload);
        int count = 0;
        while (!reader.End)
        {
            Assert.True(RectHeader.TryRead(ref reader, out RectHeader header));
            decoders.Begin(header.Encoding, canvas, header.Rect);
            Assert.True(decoders.TryDecode(ref reader));
            count++;
        }

        return count;
    }

    public static int Decode(RectDecoders decoders, Canvas canvas, ReadOnlyMemory<byte> payload) =>
        Decode(decoders, canvas, new ReadOnlySequence<byte>(payload));

    /// <summary>The payload as the first of a connection: with the zlib header where ZRLE needs one.</summary>
    public static byte[] AsFirst(ReadOnlySpan<byte> payload)
    {
        if (BinaryPrimitives.ReadInt32BigEndian(payload[8..]) != (int)RfbEncoding.Zrle)
        {
            return payload.ToArray();
        }

        Span<byte> prefix = stackalloc byte[ZrleStart.PrefixSize];
        ZrleStart.WritePrefix(payload, prefix);
        return [.. prefix, .. payload[ZrleStart.PayloadOffset..]];
    }

    /// <summary>The same bytes in segments of the given sizes, the last of what is left.</summary>
    public static ReadOnlySequence<byte> Cut(ReadOnlyMemory<byte> bytes, params ReadOnlySpan<int> sizes)
    {
        Segment first = new(default, null);
        Segment last = first;
        foreach (int size in sizes)
        {
            last = new Segment(bytes[..size], last);
            bytes = bytes[size..];
        }

        last = new Segment(bytes, last);
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    public static void AssertSame(Canvas expected, Canvas actual)
    {
        if (expected.Pixels.SequenceEqual(actual.Pixels))
        {
            return;
        }

        int at = expected.Pixels.CommonPrefixLength(actual.Pixels) / Canvas.BytesPerPixel;
        (int y, int x) = Math.DivRem(at, expected.Size.Width);
        (string wanted, string got) = (Convert.ToHexString(expected.Row(x, y, 1)), Convert.ToHexString(actual.Row(x, y, 1)));
        Assert.Fail($"pixel ({x}, {y}) of {expected.Size}: wanted {wanted}, got {got}");
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? previous)
        {
            Memory = memory;
            if (previous is not null)
            {
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
                previous.Next = this;
            }
        }
    }
}
