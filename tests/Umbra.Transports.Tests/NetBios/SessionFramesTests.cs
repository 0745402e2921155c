using Umbra.Transports.NetBios;

namespace Umbra.Transports.Tests.NetBios;

public sealed class SessionFramesTests
{
    /// <summary>Three bytes, a keep-alive, an empty message, two bytes.</summary>
    private static readonly byte[] Packets = Convert.FromHexString("00000003616263" + "85000000" + "00000000" + "000000026465");

    [Fact]
    public void Strip_EveryTwoSplitPoints_GiveTheSameBytes()
    {
        for (int first = 0; first <= Packets.Length; first++)
        {
            for (int second = first; second <= Packets.Length; second++)
            {
                SessionFrames frames = new();

                byte[] read = [.. Strip(frames, Packets[..first]), .. Strip(frames, Packets[first..second]), .. Strip(frames, Packets[second..])];

                Assert.Equal("abcde"u8.ToArray(), read);
                Assert.True(frames.IsBetweenPackets);
                Assert.Null(frames.Failure);
            }
        }
    }

    [Fact]
    public void IsBetweenPackets_EndAtEachByte_IsTrueOnlyWhereNothingIsCutOff()
    {
        int[] ends = [0, 7, 11, 15, 21];
        for (int length = 0; length <= Packets.Length; length++)
        {
            SessionFrames frames = new();
            Strip(frames, Packets[..length]);

            Assert.Equal(ends.Contains(length), frames.IsBetweenPackets);
        }
    }

    [Theory]
    [InlineData("81000044")]
    [InlineData("82000000")]
    [InlineData("01000000")]
    [InlineData("ff000000")]
    [InlineData("85000001")]
    [InlineData("00010001")]
    [InlineData("0001ffff")]
    [InlineData("00020000")]
    [InlineData("00800000")]
    [InlineData("85800000")]
    public void Strip_WhatIsNoMessage_BreaksItAfterWhatCameBefore(string header)
    {
        byte[] bytes = [.. Packets, .. Convert.FromHexString(header), .. Packets];
        for (int split = 0; split <= bytes.Length; split++)
        {
            SessionFrames frames = new();

            byte[] read = [.. Strip(frames, bytes[..split]), .. Strip(frames, bytes[split..])];

            Assert.Equal("abcde"u8.ToArray(), read);
            Assert.Contains(header[..2].ToUpperInvariant(), frames.Failure, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Strip_LongestMessage_IsRead()
    {
        SessionFrames frames = new();
        byte[] payload = new byte[SessionFrames.MaxMessageBytes];
        new Random(1).NextBytes(payload);

        Assert.Equal(payload, Strip(frames, [0, 1, 0, 0, .. payload]));

        Assert.True(frames.IsBetweenPackets);
    }

    /// <summary>Whatever comes, in whatever pieces: never more out than in, never an exception, and the same in other pieces.</summary>
    [Fact]
    public void Strip_MutatedBytes_NeverThrow_AndSplitsDoNotMatter()
    {
        Random random = new(9);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = [.. Packets, .. Packets];
            for (int changes = random.Next(1, 4); changes > 0; changes--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            int split = random.Next(bytes.Length + 1);
            SessionFrames whole = new();
            SessionFrames parts = new();

            byte[] pieces = [.. Strip(parts, bytes[..split]), .. Strip(parts, bytes[split..])];
            Assert.Equal(Strip(whole, bytes), pieces);

            Assert.Equal((whole.Failure, whole.IsBetweenPackets), (parts.Failure, parts.IsBetweenPackets));
        }
    }

    private static byte[] Strip(SessionFrames frames, byte[] bytes)
    {
        byte[] buffer = [.. bytes];
        return buffer[..frames.Strip(buffer)];
    }
}
