using Umbra.Transports.Serial;

namespace Umbra.Transports.Tests.Serial;

/// <summary>Frames on a line, written and found again, whole, in pieces, and damaged.</summary>
public sealed class HdlcReaderTests
{
    private const int MaxBody = 64;

    /// <summary>Header of a data packet, payload 7e 7d 11, where software flow control is not escaped.</summary>
    private static readonly byte[] GoldenBody = Convert.FromHexString("030000007e7d11");
    private static readonly byte[] GoldenFrame = Convert.FromHexString("7e030000007d5e7d5d11f0a7ca027e");

    [Fact]
    public void Write_GoldenBody_IsTheGoldenFrame() => Assert.Equal(GoldenFrame, Write(GoldenBody, escapesFlowControl: false));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Write_EveryByte_ComesBack(bool escapes)
    {
        byte[] body = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        byte[] frame = Write(body, escapes);

        Assert.Equal(1, frame[1..^1].Count(b => b == 0x11) + (escapes ? 1 : 0));
        Assert.Equal([body], Read([frame], escapes, maxBody: 256, out HdlcCounters counters));
        Assert.Equal(0, counters.Bad);
    }

    [Fact]
    public void Write_WorstBody_FitsIntoMaxBytes()
    {
        byte[] body = new byte[MaxBody];
        body.AsSpan().Fill(HdlcFrame.Flag);

        byte[] frame = Write(body, escapesFlowControl: true);

        Assert.InRange(frame.Length, (2 * MaxBody) + HdlcFrame.ChecksumBytes + 2, HdlcFrame.MaxBytes(MaxBody));
        Assert.Equal([body], Read([frame], true, MaxBody, out _));
    }

    [Fact]
    public void Read_SplitAnywhere_FindsTheSame()
    {
        byte[] second = Convert.FromHexString("04000000117e");
        byte[] bytes = [.. Write(GoldenBody, true), .. Write(second, true)];
        for (int split = 0; split <= bytes.Length; split++)
        {
            Assert.Equal([GoldenBody, second], Read([bytes[..split], bytes[split..]], true, MaxBody, out HdlcCounters counters));
            Assert.Equal(0, counters.Bad);
        }

        Assert.Equal([GoldenBody, second], Read([.. bytes.Select(b => new[] { b })], true, MaxBody, out _));
    }

    [Fact]
    public void Read_CutOffAnywhere_FindsTheNextFrame()
    {
        byte[] frame = Write(GoldenBody, true);
        for (int length = 0; length < frame.Length; length++)
        {
            List<byte[]> found = Read([frame[..length], frame], true, MaxBody, out HdlcCounters counters);

            // Where only the last flag is missing, the next frame's first one does as well.
            bool isWhole = length == frame.Length - 1;
            Assert.Equal(isWhole ? [GoldenBody, GoldenBody] : [GoldenBody], found);
            Assert.Equal(isWhole || length < 2 ? 0 : 1, counters.Bad);
        }
    }

    [Fact]
    public void Read_AnyBitFlipped_DropsThatFrameAndNotTheNext()
    {
        byte[] frame = Write(GoldenBody, true);
        for (int bit = 0; bit < 8 * frame.Length; bit++)
        {
            byte[] damaged = [.. frame];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            List<byte[]> found = Read([damaged, frame], true, MaxBody, out _);

            // Only a flag at an end can be missed: the other frame has its own.
            Assert.All(found, body => Assert.Equal(GoldenBody, body));
            Assert.InRange(found.Count, 1, 2);
            Assert.True(found.Count == 1 || bit / 8 == frame.Length - 1 || bit / 8 == 0);
        }
    }

    [Fact]
    public void Read_FlowControlPutInByADevice_IsNotPartOfTheFrame()
    {
        byte[] frame = Write(GoldenBody, true);
        for (int at = 0; at <= frame.Length; at++)
        {
            Assert.Equal([GoldenBody], Read([frame[..at], [0x13, 0x91, 0x11, 0x93], frame[at..]], true, MaxBody, out HdlcCounters counters));
            Assert.Equal(0, counters.Bad);
        }
    }

    [Fact]
    public void Read_EachFault_IsCountedAsWhatItIs()
    {
        byte[] good = Write(GoldenBody, true);
        byte[] damaged = [.. good];
        damaged[2] ^= 0x40;

        Assert.Equal([GoldenBody], Read(
            [[0x7E, 0x7E], damaged, [1, 2, 3, 0x7E], new byte[200], [0x7E, 1, 2, 0x7D, 0x7E], Write(new byte[MaxBody + 1], true), [0x7E], good], true, MaxBody,
            out HdlcCounters counters));

        Assert.Equal(new HdlcCounters(Good: 1, Damaged: 1, Short: 1, Long: 2, Aborted: 1), counters);
    }

    [Fact]
    public void Read_Noise_NeverThrowsAndTheNextFrameIsFound()
    {
        Random random = new(3);
        byte[] good = Write(GoldenBody, true);
        HdlcReader reader = NewReader(true, MaxBody);
        byte[] noise = new byte[300];
        for (int round = 0; round < 3000; round++)
        {
            random.NextBytes(noise);
            for (int i = 0; i < noise.Length; i += 1 + random.Next(20))
            {
                noise[i] = random.Next(2) == 0 ? HdlcFrame.Flag : HdlcFrame.Escape;
            }

            byte[] bytes = [.. noise[..random.Next(noise.Length)], HdlcFrame.Flag, .. good];
            List<byte[]> found = [];
            for (int at = 0; at < bytes.Length;)
            {
                int count = Math.Min(1 + random.Next(40), bytes.Length - at);
                Collect(reader, bytes.AsSpan(at, count), found);
                at += count;
            }

            Assert.Equal(GoldenBody, found[^1]);
        }
    }

    private static byte[] Write(byte[] body, bool escapesFlowControl)
    {
        byte[] frame = new byte[HdlcFrame.MaxBytes(body.Length)];
        return frame[..HdlcFrame.Write(body, frame, escapesFlowControl)];
    }

    private static void Collect(HdlcReader reader, ReadOnlySpan<byte> bytes, List<byte[]> found)
    {
        while (!bytes.IsEmpty)
        {
            int count = reader.Read(bytes, out ReadOnlySpan<byte> body);
            bytes = bytes[count..];
            if (!body.IsEmpty)
            {
                found.Add(body.ToArray());
            }
        }
    }

    private static List<byte[]> Read(byte[][] pieces, bool escapes, int maxBody, out HdlcCounters counters)
    {
        HdlcReader reader = NewReader(escapes, maxBody);
        List<byte[]> found = [];
        foreach (byte[] piece in pieces)
        {
            Collect(reader, piece, found);
        }

        counters = reader.Counters;
        return found;
    }

    private static HdlcReader NewReader(bool escapes, int maxBody) => new(4, new byte[maxBody + HdlcFrame.ChecksumBytes], escapes);
}
