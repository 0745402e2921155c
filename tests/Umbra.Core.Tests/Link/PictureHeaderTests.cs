using System.Buffers;
using CsCheck;
using Umbra.Core.Link;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Size = Umbra.Core.Surfaces.Size;

namespace Umbra.Core.Tests.Link;

public sealed class PictureHeaderTests
{
    private static readonly byte[] Payload = LinkExample.All.Single(e => e.Type == LinkMessageType.Picture).Payload();

    [Fact]
    public void TryRead_EveryPrefix_WaitsWithoutMoving()
    {
        int headerSize = LinkExample.PictureHeader.WireSize;
        for (int length = 0; length < headerSize; length++)
        {
            SequenceReader<byte> reader = new(Split.At(Payload[..length], length / 2));

            Assert.False(PictureHeader.TryRead(ref reader, Payload.Length, out _));
            Assert.Equal(0, reader.Consumed);
        }
    }

    [Fact]
    public void TryRead_EverySplit_GivesTheHeader()
    {
        for (int at = 0; at <= Payload.Length; at++)
        {
            SequenceReader<byte> reader = new(Split.At(Payload, at));

            Assert.True(PictureHeader.TryRead(ref reader, Payload.Length, out PictureHeader header));
            AssertSame(LinkExample.PictureHeader, header);
            Assert.Equal(LinkExample.PictureRects, reader.UnreadSequence.ToArray());
        }
    }

    [Fact]
    public void Write_AnyHeader_RoundTrips() =>
        Gen.Select(Gen.ULong, Gen.Byte[0, 3], Gen.Int[1, 200].Array[0, 256], Gen.UShort).Sample((commit, flags, moves, rects) =>
        {
            PictureHeader header = new(commit, (PictureFlags)flags, new LinkFormat(-1, 1), new Size(400, 300), moves.Select(Move).ToArray(), rects);
            ArrayBufferWriter<byte> output = new();
            header.Write(output, rects * 12);
            SequenceReader<byte> reader = new(new ReadOnlySequence<byte>(output.WrittenMemory[5..]));
            Assert.True(PictureHeader.TryRead(ref reader, header.WireSize + (rects * 12), out PictureHeader read));
            AssertSame(header, read);
        }, iter: 100);

    [Theory]
    [InlineData(9, 10, "JpegQuality = 10")]
    [InlineData(11, 0, "size 0x800")] // width 0
    [InlineData(15, 1, "moves")] // 257 moves
    [InlineData(16, 5, "moves")] // more moves than the frame has room for
    [InlineData(24, 0xff, "move outside")] // width of the move
    [InlineData(30, 9, "rectangles")] // more rectangles than bytes
    [InlineData(30, 0, "rectangles")] // bytes without rectangles
    public void TryRead_BadField_IsAProtocolError(int index, byte value, string expected)
    {
        byte[] bad = [.. Payload];
        bad[index] = value;
        if (index == 11)
        {
            bad[12] = 0;
        }

        Assert.Contains(expected, Assert.Throws<ProtocolException>(() => Read(bad)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TryRead_Mutated_ThrowsNothingButProtocolException()
    {
        Random random = new(5);
        for (int i = 0; i < 5000; i++)
        {
            byte[] mutated = [.. Payload];
            mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            try
            {
                Read(mutated[..random.Next(mutated.Length + 1)]);
            }
            catch (ProtocolException)
            {
            }
        }
    }

    private static CopyMove Move(int n) => new(n, n / 2, new Rect(n / 3, n / 4, n, (n / 2) + 1));

    private static bool Read(byte[] payload)
    {
        SequenceReader<byte> reader = new(Split.Whole(payload));
        return PictureHeader.TryRead(ref reader, payload.Length, out _);
    }

    private static void AssertSame(PictureHeader expected, PictureHeader actual)
    {
        Assert.Equal(expected with { Moves = default }, actual with { Moves = default });
        Assert.Equal(expected.Moves.ToArray(), actual.Moves.ToArray());
    }
}
