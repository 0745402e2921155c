using System.Net;
using Umbra.Transports.NetBios;

namespace Umbra.Transports.Tests.NetBios;

public sealed class NamePacketTests
{
    private const string Umbra = "20" + "4646454e45434643454244414442434143414341434143414341434143414341" + "00";
    private const string Any = "20" + "434b" + "414141414141414141414141414141414141414141414141414141414141" + "00";
    private const string Query = "51fd" + "0110" + "0001000000000000" + Umbra + "00200001";
    private const string Answer = "51fd" + "8500" + "0000000100000000" + Umbra + "00200001" + "000493e0" + "0006" + "0000" + "0a4d0001";
    private const string Registration = "1234" + "2910" + "0001000000000001" + Umbra + "00200001" + "c00c" + "00200001" + "000493e0" + "0006" + "0000" + "0a4d0001";
    private const string StatusQuery = "27fa" + "0000" + "0001000000000000" + Any + "00210001";

    private static readonly NetBiosName Name = NetBiosNameTests.Parse("UMBRA01");
    private static readonly IPAddress Address = IPAddress.Parse("10.77.0.1");

    [Fact]
    public void Write_Each_IsWhatOthersSend()
    {
        byte[] packet = new byte[NamePacket.MaxBytes];
        string Hex(int length) => Convert.ToHexStringLower(packet.AsSpan(0, length));

        Assert.Equal(Query, Hex(NamePacket.WriteQuery(packet, 0x51fd, Name)));
        Assert.Equal(Answer, Hex(NamePacket.WriteAnswer(packet, 0x51fd, Name, Address)));
        Assert.Equal(Registration, Hex(NamePacket.WriteRegistration(packet, 0x1234, Name, Address)));
        Assert.Equal(Registration.Replace("12342910", "12343010", StringComparison.Ordinal), Hex(NamePacket.WriteRelease(packet, 0x1234, Name, Address)));
        Assert.Equal("1234" + "ad86" + "0000000100000000" + Umbra + "00200001" + "00000000" + "0006" + "0000" + "0a4d0001", Hex(NamePacket.WriteConflict(packet, 0x1234, Name, Address)));
    }

    [Fact]
    public void WriteStatus_TwoNames_IsWhatOthersSend()
    {
        byte[] packet = new byte[NamePacket.MaxBytes];

        int length = NamePacket.WriteStatus(packet, 0x27fa, NetBiosName.Any, [Name, Name.WithSuffix(0)], [2, 0, 0, 0, 0, 1]);

        string expected = "27fa" + "8400" + "0000000100000000" + Any + "00210001" + "00000000" + "0053" + "02"
            + "554d4252413031" + "2020202020202020" + "20" + "0400" + "554d4252413031" + "2020202020202020" + "00" + "0400" + "020000000001" + new string('0', 80);
        Assert.Equal(expected, Convert.ToHexStringLower(packet.AsSpan(0, length)));
    }

    [Fact]
    public void WriteStatus_AsManyNamesAsThereMayBe_FitsIntoAPacket()
    {
        byte[] packet = new byte[NamePacket.MaxBytes];
        NetBiosName[] names = [.. Enumerable.Range(0, NamePacket.MaxStatusNames).Select(i => NetBiosNameTests.Parse($"N{i}"))];

        int length = NamePacket.WriteStatus(packet, 1, NetBiosName.Any, names, new byte[6]);

        Assert.InRange(length, NamePacket.MaxBytes - 17, NamePacket.MaxBytes);
    }

    [Fact]
    public void TryRead_Each_SaysWhatItIs()
    {
        Assert.True(NamePacket.TryRead(Convert.FromHexString(Query), out NamePacket query));
        Assert.True(query is { Transaction: 0x51fd, IsResponse: false, Operation: NameOperation.Query, Type: NameRecordType.Address, Address: null });
        Assert.Equal(Name, query.Name);

        Assert.True(NamePacket.TryRead(Convert.FromHexString(Answer), out NamePacket answer));
        Assert.True(answer is { IsResponse: true, Operation: NameOperation.Query, HasFailed: false });
        Assert.Equal(Address, answer.Address);

        Assert.True(NamePacket.TryRead(Convert.FromHexString(Registration), out NamePacket registration));
        Assert.True(registration is { IsResponse: false, Operation: NameOperation.Registration });
        Assert.Equal(Address, registration.Address);

        Assert.True(NamePacket.TryRead(Convert.FromHexString(Registration.Replace("c00c", Umbra, StringComparison.Ordinal)), out registration));
        Assert.Equal(Address, registration.Address);

        Assert.True(NamePacket.TryRead(Convert.FromHexString(Answer.Replace("51fd8500", "51fdad86", StringComparison.Ordinal)), out NamePacket conflict));
        Assert.True(conflict is { IsResponse: true, Operation: NameOperation.Registration, HasFailed: true });

        Assert.True(NamePacket.TryRead(Convert.FromHexString(StatusQuery), out NamePacket status));
        Assert.True(status is { Operation: NameOperation.Query, Type: NameRecordType.Status });
        Assert.Equal(NetBiosName.Any, status.Name);
    }

    [Fact]
    public void Address_OfAGroup_IsNone()
    {
        Assert.True(NamePacket.TryRead(Convert.FromHexString(Answer.Replace("0006" + "0000", "0006" + "8000", StringComparison.Ordinal)), out NamePacket answer));

        Assert.Null(answer.Address);
    }

    [Theory]
    [InlineData(Query)]
    [InlineData(Answer)]
    [InlineData(Registration)]
    public void TryRead_CutOffAnywhere_OrLonger_IsRefused(string hex)
    {
        byte[] packet = Convert.FromHexString(hex);
        for (int length = 0; length < packet.Length; length++)
        {
            Assert.False(NamePacket.TryRead(packet.AsSpan(0, length), out _));
        }

        Assert.False(NamePacket.TryRead([.. packet, 0], out _));
        Assert.False(NamePacket.TryRead([.. packet, .. new byte[NamePacket.MaxBytes]], out _));
    }

    [Theory]
    [InlineData(Query, "20464645", "21464645")]
    [InlineData(Query, "20464645", "c00c4645")]
    [InlineData(Query, "20464645", "20514645")]
    [InlineData(Query, "434100" + "00200001", "434105" + "00200001")]
    [InlineData(Query, "00200001", "00200002")]
    [InlineData(Query, "0001000000000000", "0002000000000000")]
    [InlineData(Query, "0001000000000000", "0000000000000000")]
    [InlineData(Query, "0001000000000000", "0001000000000001")]
    [InlineData(Query, "0001000000000000", "ffffffffffffffff")]
    [InlineData(Answer, "0006" + "0000", "0007" + "0000")]
    [InlineData(Answer, "0006" + "0000", "0005" + "0000")]
    [InlineData(Answer, "0006" + "0000", "ffff" + "0000")]
    [InlineData(Registration, "c00c", "c00d")]
    [InlineData(Registration, "c00c", "c036")]
    [InlineData(Registration, "c00c" + "00200001", "c00c" + "00210001")]
    public void TryRead_AnythingElse_IsRefused(string good, string part, string bad) =>
        Assert.False(NamePacket.TryRead(Convert.FromHexString(good.Replace(part, bad, StringComparison.Ordinal)), out _));

    /// <summary>Whatever comes: no exception, and a reply of no more than a packet, to nothing but what was read.</summary>
    [Fact]
    public void TryRead_MutatedPackets_NeverThrow_AndRepliesAreBounded()
    {
        Random random = new(5);
        NameTable table = new(Address, new byte[6]);
        Assert.True(table.TryAdd([Name, Name.WithSuffix(0)]));
        byte[] reply = new byte[NamePacket.MaxBytes];
        int replies = 0;
        foreach (string hex in new[] { Query, Answer, Registration, StatusQuery })
        {
            byte[] good = Convert.FromHexString(hex);
            for (int i = 0; i < 20_000; i++)
            {
                byte[] packet = [.. good.AsSpan(0, random.Next(10) == 0 ? random.Next(good.Length) : good.Length)];
                for (int changes = random.Next(4); changes > 0 && packet.Length > 0; changes--)
                {
                    packet[random.Next(packet.Length)] = (byte)random.Next(256);
                }

                if (NamePacket.TryRead(packet, out NamePacket read))
                {
                    int length = table.Answer(read, reply);
                    Assert.InRange(length, 0, read.Type == NameRecordType.Status ? 139 : packet.Length * 3 / 2);
                    replies += length > 0 ? 1 : 0;
                }
            }
        }

        Assert.InRange(replies, 1000, 80_000);
    }
}
