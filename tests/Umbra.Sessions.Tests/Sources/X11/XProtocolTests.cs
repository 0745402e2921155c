using System.Buffers;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Sessions.Sources.X11;
using Umbra.Testing;

namespace Umbra.Sessions.Tests.Sources.X11;

/// <summary>Everything an X server says, whole, cut anywhere, ended anywhere, and wrong.</summary>
public sealed class XProtocolTests : PoolTest
{
    private static readonly byte[] Talk =
    [
        .. XWire.Event(3, 85), .. XWire.Reply(4, 0), .. XWire.Reply(5, 10, 1), .. XWire.Error(6, 9), .. XWire.Event(6, 35 | 0x80), .. XWire.Reply(7, 100, 1),
        .. XWire.Event(7, 0x80 | 31),
    ];

    private static readonly string[] Understood = ["event 85", "reply 4 0 0", "reply 5 40 40", "error 6 9 139.4", "error 7 -1 0.0", "event 159"];

    [Fact]
    public void Read_PacketsCutAnywhere_AreTheSame()
    {
        for (int cut = 0; cut <= Talk.Length; cut++)
        {
            PacketLog log = new(limit: 40);
            using XPacketReader packets = new(Pool, Account);
            int taken = Read(packets, new ReadOnlySequence<byte>(Talk, 0, cut), log);
            Read(packets, new ReadOnlySequence<byte>(Talk, taken, Talk.Length - taken), log);
            Assert.Equal(Understood, log.Told);
            Assert.False(packets.IsInMessage);
        }
    }

    [Fact]
    public void Read_PacketsInTwoSegments_AreTheSame()
    {
        for (int cut = 0; cut <= Talk.Length; cut++)
        {
            PacketLog log = new(limit: 40);
            using XPacketReader packets = new(Pool, Account);
            Assert.Equal(Talk.Length, Read(packets, XWire.Cut(Talk, cut), log));
            Assert.Equal(Understood, log.Told);
        }
    }

    [Fact]
    public void Read_EndsInAReply_GivesItsMemoryBack()
    {
        byte[] reply = XWire.Reply(1, 10);
        for (int end = 33; end < reply.Length; end++)
        {
            PacketLog log = new(limit: 40);
            using XPacketReader packets = new(Pool, Account);
            Read(packets, new ReadOnlySequence<byte>(reply, 0, end), log);
            Assert.True(packets.IsInMessage);
            Assert.Empty(log.Told);
        }
    }

    [Fact]
    public void Read_ReplyOfImpossibleLength_TakesNoMemory()
    {
        using XPacketReader packets = new(Pool, Account);
        byte[] header = [1, 0, 1, 0, 0xFF, 0xFF, 0xFF, 0xFF, .. new byte[24]];
        Assert.Throws<ProtocolException>(() => Read(packets, new ReadOnlySequence<byte>(header), new PacketLog(limit: int.MaxValue)));
    }

    [Fact]
    public void Setup_EndsAnywhere_WaitsForTheRest()
    {
        byte[] setup = XWire.Setup();
        for (int end = 0; end < setup.Length; end++)
        {
            SequenceReader<byte> part = new(new ReadOnlySequence<byte>(setup, 0, end));
            Assert.False(XSetup.TryRead(ref part, 0, out _));
            Assert.Equal(0, part.Consumed);

            SequenceReader<byte> whole = new(XWire.Cut(setup, end));
            Assert.True(XSetup.TryRead(ref whole, 0, out XSetup read));
            Assert.Equal(new XSetup(0x200000, 0x1FFFFF, 0x519, new Size(800, 600)), read);
            Assert.True(whole.End);
        }
    }

    [Fact]
    public void Setup_SaysLessThanItMust_IsRefused()
    {
        byte[] setup = XWire.Setup();
        for (int words = 0; words < (setup.Length - 8) / 4; words++)
        {
            byte[] shorter = [.. setup[..6], .. XWire.U16(words), .. setup[8..(8 + (4 * words))]];
            Assert.Throws<ProtocolException>(() => ReadSetup(shorter));
        }

        Assert.Throws<ProtocolException>(() => ReadSetup([.. setup[..6], 0xFF, 0xFF]));
    }

    [Theory]
    [InlineData(16, 16, 0xF800, 0, 4, "depth 16")]
    [InlineData(24, 24, 0xFF0000, 0, 4, "24 bits a pixel")]
    [InlineData(24, 32, 0xFF, 0, 4, "blue in the lowest byte")]
    [InlineData(24, 32, 0xFF0000, 0, 3, "true colour")]
    [InlineData(24, 32, 0xFF0000, 1, 4, "big-endian")]
    public void Setup_ScreenThatCannotBeRead_SaysWhatIsNeeded(byte depth, byte bits, uint red, byte order, byte visual, string says)
    {
        X11Exception refused = Assert.Throws<X11Exception>(() => ReadSetup(XWire.Setup(depth, bits, red, order, visual)));
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Setup_Refused_SaysWhy()
    {
        X11Exception refused = Assert.Throws<X11Exception>(() => ReadSetup([0, 5, 11, 0, 0, 0, 2, 0, .. "No!\n\0\0\0\0"u8]));
        Assert.EndsWith("No!", refused.Message, StringComparison.Ordinal);
        Assert.Contains("no screen 1", Assert.Throws<X11Exception>(() => ReadSetup(XWire.Setup(), screen: 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Authority_EveryEntryCutAnywhere_NeverGoesBeyond()
    {
        byte[] secret = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];
        byte[] file = [.. Entry(256, "here", "1", [.. secret.Reverse()]), .. Entry(0xFFFF, "", "", secret), .. Entry(256, "here", "0", [.. secret.Select(b => (byte)(b + 1))])];

        Assert.Equal(secret.Reverse(), XAuthority.Find(file, 1, "here"));
        Assert.Equal(secret, XAuthority.Find(file, 1, "elsewhere"));
        Assert.Equal(secret, XAuthority.Find(file, 7, "here"));
        Assert.Equal(secret.Select(b => (byte)(b + 1)), XAuthority.Find(file, 0, "here"));
        for (int end = 0; end < file.Length; end++)
        {
            byte[]? found = XAuthority.Find(file.AsSpan(0, end), 0, "here");
            Assert.True(found is null || found.SequenceEqual(secret));
        }

        static byte[] Entry(int family, string address, string number, byte[] data) =>
        [
            (byte)(family >> 8), (byte)family, 0, (byte)address.Length, .. System.Text.Encoding.ASCII.GetBytes(address),
            0, (byte)number.Length, .. System.Text.Encoding.ASCII.GetBytes(number), 0, 18, .. "MIT-MAGIC-COOKIE-1"u8, 0, 16, .. data,
        ];
    }

    [Fact]
    public void Keymap_CutAnywhere_IsRefused()
    {
        byte[] body = Keymap();
        using (XReply whole = Reply(body))
        {
            XkbKeymap map = XkbKeymap.Parse(whole);
            Assert.Equal('a', map[9].Symbol(0, 0));
            Assert.Equal('A', map[9].Symbol(0, map[9].Types[0].LevelOf(1)));
            Assert.Equal(1, map[10].Modifiers);
            Assert.Equal(10, map.KeyThatAdds(1));
        }

        // The last two bytes fill up a word.
        for (int end = 0; end < body.Length - 2; end++)
        {
            using XReply cut = Reply(body[..end]);
            Assert.Throws<ProtocolException>(() => XkbKeymap.Parse(cut));
        }
    }

    /// <param name="offset">In the second key: its first type, its number of groups.</param>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(4, 5)]
    public void Keymap_NamesWhatThereIsNot_IsRefused(int offset, byte value)
    {
        const int secondKey = 8 + 16 + 8;
        byte[] body = Keymap();
        body[secondKey + offset] = value;
        using XReply reply = Reply(body);
        Assert.Throws<ProtocolException>(() => XkbKeymap.Parse(reply));
    }

    /// <summary>Beyond the first 32 bytes: one type with one entry, keys 8 (nothing), 9 (a, A) and 10 (Shift), one modifier.</summary>
    private static byte[] Keymap() =>
    [
        1, 1, 0, 0, 0, 0, 0, 0,
        1, 1, 0, 0, 2, 1, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 1, 2, 2, 0, .. XWire.U32('a'), .. XWire.U32('A'),
        0, 0, 0, 0, 1, 2, 2, 0, .. XWire.U32(0xFFE1), .. XWire.U32(0),
        10, 1, 0, 0,
    ];

    private XReply Reply(byte[] body)
    {
        byte[] header = new byte[XReply.HeaderSize];
        header[0] = 1;
        (header[10], header[11], header[12]) = (8, 10, (byte)XkbKeymap.WantedParts);
        (header[15], header[17], header[20], header[31]) = (1, 8, 3, 10);
        Lease lease = Pool.Rent(Math.Max(1, body.Length), BufferTag.Test, Account);
        body.CopyTo(lease.Span);
        return new XReply(header, lease);
    }

    private static int Read(XPacketReader packets, ReadOnlySequence<byte> bytes, PacketLog log)
    {
        SequenceReader<byte> reader = new(bytes);
        packets.Read(ref reader, log);
        return (int)reader.Consumed;
    }

    private static void ReadSetup(byte[] bytes, int screen = 0)
    {
        SequenceReader<byte> reader = new(new ReadOnlySequence<byte>(bytes));
        Assert.True(XSetup.TryRead(ref reader, screen, out _));
    }
}
