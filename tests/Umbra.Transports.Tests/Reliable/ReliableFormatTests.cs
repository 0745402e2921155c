using System.Text;
using Umbra.Transports.Reliable;

namespace Umbra.Transports.Tests.Reliable;

/// <summary>The bytes of both formats, and that anything else is refused.</summary>
public sealed class ReliableFormatTests
{
    private static readonly ReliablePacket Sample = new()
    {
        Type = ReliableType.Data,
        HasIds = true,
        Source = 0x1234,
        Destination = 0x5678,
        Sequence = 0x01020304,
        Acknowledged = 0xF1F2F3F4,
        Sack = 0x8000000000000001,
        Window = 256,
        Time = 0xABCD,
    };

    [Fact]
    public void Checksum_IsCastagnolis() => Assert.Equal(0xE3069283, FullFormat.Checksum("123456789"u8));

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(33)]
    public void Checksum_OfAnyLength_SeesEachBit(int length)
    {
        byte[] bytes = new byte[length];
        uint before = FullFormat.Checksum(bytes);
        for (int bit = 0; bit < length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotEqual(before, FullFormat.Checksum(bytes));
            bytes[bit / 8] = 0;
        }
    }

    [Fact]
    public void Full_Data_IsTheseBytes() =>
        Assert.Equal("550103001234567801020304f1f2f3f480000000000000010100abcd6869" + Sum("550103001234567801020304f1f2f3f480000000000000010100abcd6869"), Hex(FullFormat.Instance, Sample, "hi"));

    /// <summary>Golden: the first data of a session.</summary>
    [Fact]
    public void Compact_Data_IsTheseBytes()
    {
        Assert.Equal("03000000" + "7e7d11", Hex(CompactFormat.Instance, new ReliablePacket { Type = ReliableType.Data }, "\x7e\x7d\x11"));
        Assert.Equal("7305f401000080" + "6869", Hex(CompactFormat.Instance, Sample with { Sequence = 0x105, Sack = 0x80000001, KnowsEnd = true }, "hi"));
    }

    [Theory]
    [InlineData(1, "01000000" + "01" + "00001234" + "20")]
    [InlineData(2, "02000000" + "01" + "00001234" + "00005678" + "20")]
    [InlineData(4, "04000000" + "20")]
    [InlineData(5, "05000000" + "00001234" + "00005678")]
    [InlineData(6, "06000000")]
    [InlineData(7, "07000000" + "00001234" + "00005678")]
    public void Compact_OthersThanData_AreTheseBytes(int type, string expected) =>
        Assert.Equal(expected, Hex(CompactFormat.Instance, Sample with { Type = (ReliableType)type, Sequence = 0, Acknowledged = 0, Sack = 0, Window = 32 }, ""));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TryRead_WhatWasWritten_IsTheSame(bool isFull)
    {
        IReliableFormat format = isFull ? FullFormat.Instance : CompactFormat.Instance;
        Random random = new(1);
        foreach (ReliableType type in Enum.GetValues<ReliableType>())
        {
            for (int i = 0; i < 200; i++)
            {
                byte[] payload = new byte[random.Next(50)];
                random.NextBytes(payload);
                ReliablePacket packet = new()
                {
                    Type = type,
                    KnowsEnd = random.Next(2) == 0,
                    HasIds = isFull || type is ReliableType.Syn or ReliableType.SynAck or ReliableType.Ping or ReliableType.Reset,
                    Source = isFull ? (uint)random.Next(65536) : (uint)random.Next(),
                    Destination = isFull ? (uint)random.Next(65536) : (uint)random.Next(),
                    Sequence = isFull ? (uint)random.NextInt64(1L << 32) : (uint)random.Next(256),
                    Acknowledged = isFull ? (uint)random.NextInt64(1L << 32) : (uint)random.Next(256),
                    Sack = isFull ? (ulong)random.NextInt64() : (ulong)random.NextInt64(1L << 32) >> random.Next(32),
                    Window = random.Next(isFull ? 1024 : 32),
                    Time = isFull ? (ushort)random.Next(65536) : (ushort)0,
                    IsEcho = isFull && random.Next(2) == 0,
                };
                byte[] bytes = new byte[format.Overhead + payload.Length];
                int length = format.Write(packet, payload, bytes);

                Assert.True(format.TryRead(bytes.AsSpan(0, length), out ReliablePacket read, out ReadOnlySpan<byte> readPayload));
                Assert.Equal(Said(packet, isFull), read);
                Assert.Equal(payload, readPayload.ToArray());
            }
        }
    }

    /// <summary>Cut anywhere, or with any bit changed, a packet is none; where a framing has the sum, nothing is read that is not there.</summary>
    [Fact]
    public void TryRead_CutOrChanged_IsRefused()
    {
        byte[] bytes = new byte[FullFormat.Instance.Overhead + 5];
        FullFormat.Instance.Write(Sample, "hello"u8, bytes);
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.False(FullFormat.Instance.TryRead(bytes.AsSpan(0, length), out _, out _));
        }

        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(FullFormat.Instance.TryRead(bytes, out _, out _));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void TryRead_CompactCutAnywhere_IsRefusedOrShorter()
    {
        foreach (ReliableType type in Enum.GetValues<ReliableType>())
        {
            byte[] bytes = new byte[CompactFormat.Instance.Overhead];
            int whole = CompactFormat.Instance.Write(Sample with { Type = type }, [], bytes);
            for (int length = 0; length < whole; length++)
            {
                Assert.False(CompactFormat.Instance.TryRead(bytes.AsSpan(0, length), out _, out _), $"{type} {length}");
            }
        }

        Random random = new(1);
        byte[] noise = new byte[64];
        for (int i = 0; i < 100_000; i++)
        {
            random.NextBytes(noise);
            int length = random.Next(noise.Length);
            bool isRead = CompactFormat.Instance.TryRead(noise.AsSpan(0, length), out ReliablePacket packet, out ReadOnlySpan<byte> payload);
            Assert.True(!isRead || (Enum.IsDefined(packet.Type) && payload.Length <= length - 4));
        }
    }

    /// <summary>What of a packet the format says.</summary>
    private static ReliablePacket Said(in ReliablePacket packet, bool isFull) => isFull
        ? packet
        : packet with
        {
            Source = packet.HasIds ? packet.Source : 0,
            Destination = packet.HasIds && packet.Type != ReliableType.Syn ? packet.Destination : 0,
            Window = packet.Type is ReliableType.Syn or ReliableType.SynAck or ReliableType.Ack ? packet.Window : null,
        };

    private static string Sum(string hex) => FullFormat.Checksum(Convert.FromHexString(hex)).ToString("x8");

    private static string Hex(IReliableFormat format, in ReliablePacket packet, string payload)
    {
        byte[] bytes = new byte[format.Overhead + payload.Length];
        return Convert.ToHexStringLower(bytes.AsSpan(0, format.Write(packet, Encoding.Latin1.GetBytes(payload), bytes)));
    }
}
