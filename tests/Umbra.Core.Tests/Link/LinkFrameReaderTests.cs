using System.Buffers;
using System.Buffers.Binary;
using Umbra.Core.Link;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Testing;

namespace Umbra.Core.Tests.Link;

public sealed class LinkFrameReaderTests : PoolTest
{
    private static readonly byte[] Hello = LinkExample.All[0].Frame();
    private static readonly byte[] Picture = LinkExample.All.Single(e => e.Type == LinkMessageType.Picture).Frame();

    /// <summary>Every message once, with one of an unknown type among them.</summary>
    private static readonly byte[] Stream =
        [.. Hello, .. Frame(0x7f, new byte[300]), .. LinkExample.All.Skip(1).SelectMany(e => e.Frame()), .. Picture];

    private static readonly string[] Expected = [.. LinkExample.All.Select(e => $"{e.Type} {Convert.ToHexString(e.Payload())}"),
        $"{LinkMessageType.Picture} {Convert.ToHexString(Picture[5..])}"];

    [Fact]
    public void TryRead_StreamCutAnywhere_GivesTheSameFrames()
    {
        for (int at = 0; at <= Stream.Length; at++)
        {
            Assert.Equal(Expected, ReadAll(Stream, [at, Stream.Length - at]));
        }
    }

    [Fact]
    public void TryRead_ByteByByte_GivesTheSameFrames() => Assert.Equal(Expected, ReadAll(Stream, Enumerable.Repeat(1, Stream.Length)));

    [Fact]
    public void CheckEnd_EndAnywhereInsideAFrame_IsAProtocolError()
    {
        List<int> borders = [0];
        for (int at = 0; at < Stream.Length; at += 4 + BinaryPrimitives.ReadInt32BigEndian(Stream.AsSpan(at)))
        {
            borders.Add(at);
        }

        for (int end = 0; end < Stream.Length; end++)
        {
            byte[] cut = Stream[..end];
            if (borders.Contains(end))
            {
                ReadAll(cut, [end]);
            }
            else
            {
                Assert.Throws<ProtocolException>(() => ReadAll(cut, [end]));
            }
        }
    }

    [Fact]
    public void TryRead_PictureInPieces_TakesTheBytesOutOfThePipe()
    {
        byte[] rects = new byte[100_000];
        new Random(1).NextBytes(rects);
        ArrayBufferWriter<byte> output = new();
        LinkExample.PictureHeader.Write(output, rects.Length);
        output.Write(rects);
        using LinkFrameReader frames = Greeted();
        ReadOnlyMemory<byte> rest = output.WrittenMemory;
        while (rest.Length > 1000)
        {
            SequenceReader<byte> reader = new(new ReadOnlySequence<byte>(rest[..1000]));
            Assert.False(frames.TryRead(ref reader, out _));
            Assert.Equal(0, reader.Remaining);
            rest = rest[1000..];
        }

        SequenceReader<byte> last = new(new ReadOnlySequence<byte>(rest));
        Assert.True(frames.TryRead(ref last, out LinkFrame frame));
        using LinkPicture picture = frame.Picture;
        Assert.Equal(rects, picture.Rects.Span);
        Assert.Equal(131072, Pool.ReadTags()[(int)BufferTag.PassthruStack].Bytes);
    }

    [Fact]
    public void TryRead_UnknownType_IsDroppedAsItComes()
    {
        using LinkFrameReader frames = Greeted();
        byte[] head = Frame(0x7f, new byte[LinkLimits.MaxUnknownBytes])[..5];
        SequenceReader<byte> reader = new(Split.Whole([.. head, 1, 2, 3]));

        Assert.False(frames.TryRead(ref reader, out _));
        Assert.Equal(0, reader.Remaining);
        Assert.Equal(0, Account.Bytes);
    }

    [Theory]
    [InlineData("00000000", "frame of 0")]
    [InlineData("00800001", "frame of 8388609")]
    [InlineData("FFFFFFFF", "frame of 4294967295")]
    [InlineData("0010000201 00", "Hello: 1048577")]
    [InlineData("000000057F", "before hello")]
    [InlineData("0000000905", "before hello")]
    public void TryRead_FirstBytesWrong_RefusesAtOnce(string hex, string expected)
    {
        using LinkFrameReader frames = new(Pool, BufferTag.PassthruStack, Account);

        Assert.Contains(expected, Refuse(frames, hex).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0000000A05", "Ping: 9 bytes")]
    [InlineData("0010000280", "1048577 bytes")]
    [InlineData("0004000627", "Clipboard: 262149 bytes")]
    [InlineData("0000000221", "Picture: 1 bytes")]
    public void TryRead_LengthOverTheLimitOfItsType_RefusesBeforeThePayload(string hex, string expected)
    {
        using LinkFrameReader frames = Greeted();

        Assert.Contains(expected, Refuse(frames, hex).Message, StringComparison.Ordinal);
        Assert.Equal(0, Account.Bytes);
    }

    [Fact]
    public void TryRead_NoMemoryForAPicture_SaysSo()
    {
        using Account poor = Account.Open("link", limit: 0);
        using LinkFrameReader frames = new(Pool, BufferTag.PassthruStack, poor);

        Assert.Throws<QuotaExceededException>(() => Pump(frames, [.. Hello, .. Picture]));
    }

    [Fact]
    public void Dispose_InsideAPicture_ReturnsItsMemory()
    {
        LinkFrameReader frames = Greeted();
        Pump(frames, Picture[..^3]);
        Assert.NotEqual(0, Account.Bytes);

        frames.Dispose();

        Assert.Equal(0, Account.Bytes);
    }

    [Fact]
    public void TryRead_MutatedStreams_ThrowNothingButProtocolExceptionAndLeaveNothing()
    {
        Random random = new(99);
        for (int i = 0; i < 3000; i++)
        {
            byte[] mutated = [.. Stream];
            for (int n = random.Next(1, 6); n > 0; n--)
            {
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            }

            try
            {
                ReadAll(mutated, [random.Next(mutated.Length), mutated.Length]);
            }
            catch (ProtocolException)
            {
            }

            Assert.Equal(0, Account.Bytes);
        }
    }

    private static byte[] Frame(byte type, byte[] payload)
    {
        byte[] frame = new byte[5 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length + 1);
        frame[4] = type;
        payload.CopyTo(frame, 5);
        return frame;
    }

    private static void Pump(LinkFrameReader frames, byte[] bytes)
    {
        SequenceReader<byte> reader = new(Split.Whole(bytes));
        while (frames.TryRead(ref reader, out LinkFrame frame))
        {
            frame.Picture.Dispose();
        }
    }

    private static ProtocolException Refuse(LinkFrameReader frames, string hex) => Assert.Throws<ProtocolException>(() =>
        Pump(frames, Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal))));

    private LinkFrameReader Greeted()
    {
        LinkFrameReader frames = new(Pool, BufferTag.PassthruStack, Account);
        Pump(frames, Hello);
        return frames;
    }

    /// <summary>Feeds the pieces as a pipe does: what was not consumed comes again in front of the next piece.</summary>
    private List<string> ReadAll(byte[] stream, IEnumerable<int> pieces)
    {
        using LinkFrameReader frames = new(Pool, BufferTag.PassthruStack, Account);
        List<string> seen = [];
        int start = 0;
        int end = 0;
        foreach (int piece in pieces)
        {
            int border = end - start;
            end = Math.Min(stream.Length, end + piece);
            SequenceReader<byte> reader = new(Split.At(stream[start..end], border));
            while (frames.TryRead(ref reader, out LinkFrame frame))
            {
                seen.Add($"{frame.Type} {Convert.ToHexString(Take(frame))}");
            }

            start += (int)reader.Consumed;
        }

        frames.CheckEnd(end - start);
        return seen;
    }

    private static byte[] Take(in LinkFrame frame)
    {
        if (frame.Type != LinkMessageType.Picture)
        {
            return frame.Payload.ToArray();
        }

        using LinkPicture picture = frame.Picture;
        ArrayBufferWriter<byte> output = new();
        picture.Header.Write(output, picture.Rects.Length);
        output.Write(picture.Rects.Span);
        return output.WrittenSpan[5..].ToArray();
    }
}
