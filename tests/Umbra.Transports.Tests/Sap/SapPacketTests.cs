using Umbra.Transports.Ipx;
using Umbra.Transports.Sap;

namespace Umbra.Transports.Tests.Sap;

public sealed class SapPacketTests
{
    private static readonly SapEntry Entry = new(0x083D, "UMBRA01", new IpxAddress(1, new IpxNode(0x0A4D0001), 0x9090));

    [Fact]
    public void WriteResponse_Entries_AreReadTheSame()
    {
        byte[] packet = new byte[SapPacket.MaxBytes];
        SapEntry[] entries = [Entry, Entry with { Name = new string('X', 47), Hops = SapEntry.Down }];
        int length = SapPacket.WriteResponse(packet, SapOperation.Response, entries);
        Assert.Equal(2 + (2 * 64), length);
        Assert.Equal($"0002083D554D4252413031{new string('0', 82)}0000000100000A4D000190900001", Convert.ToHexString(packet.AsSpan(0, 66)));
        Assert.True(SapPacket.TryReadOperation(packet, out SapOperation operation));
        Assert.Equal(SapOperation.Response, operation);
        Assert.Equal(entries, SapPacket.ReadEntries(packet.AsSpan(0, length)));
    }

    [Fact]
    public void WriteQuery_Query_IsAsSpecified()
    {
        byte[] packet = new byte[SapPacket.QueryBytes];
        SapPacket.WriteQuery(packet, SapOperation.NearestQuery, SapEntry.AnyType);
        Assert.Equal("0003FFFF", Convert.ToHexString(packet));
        Assert.True(SapPacket.TryReadQuery(packet, out ushort type));
        Assert.Equal(SapEntry.AnyType, type);
    }

    /// <summary>Only entries that are whole count.</summary>
    [Fact]
    public void Read_CutAnywhere_GivesWhatIsWhole()
    {
        byte[] packet = new byte[SapPacket.MaxBytes];
        int length = SapPacket.WriteResponse(packet, SapOperation.Response, [Entry, Entry]);
        for (int cut = 0; cut <= length; cut++)
        {
            Assert.Equal(cut >= 2, SapPacket.TryReadOperation(packet.AsSpan(0, cut), out _));
            Assert.Equal(cut >= 4, SapPacket.TryReadQuery(packet.AsSpan(0, cut), out _));
            Assert.Equal(Math.Max(0, cut - 2) / 64, SapPacket.ReadEntries(packet.AsSpan(0, cut)).Count);
        }
    }

    [Fact]
    public void Read_AnyBytes_NeverThrowsAndIsBounded()
    {
        Random random = new(3);
        byte[] packet = new byte[1024];
        for (int i = 0; i < 5000; i++)
        {
            random.NextBytes(packet);
            packet.AsSpan(20).Clear();
            Assert.InRange(SapPacket.ReadEntries(packet.AsSpan(0, random.Next(packet.Length))).Count, 0, SapPacket.MaxEntries);
        }
    }

    [Theory]
    [InlineData("0000")]
    [InlineData("0005")]
    [InlineData("FFFF")]
    public void TryReadOperation_Unknown_No(string hex) => Assert.False(SapPacket.TryReadOperation(Convert.FromHexString(hex), out _));
}
