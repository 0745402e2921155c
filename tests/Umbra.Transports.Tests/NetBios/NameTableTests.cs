using System.Net;
using Umbra.Transports.NetBios;

namespace Umbra.Transports.Tests.NetBios;

public sealed class NameTableTests
{
    private static readonly NetBiosName Name = NetBiosNameTests.Parse("UMBRA01");
    private static readonly IPAddress Own = IPAddress.Parse("10.77.0.1");
    private static readonly IPAddress Other = IPAddress.Parse("10.77.0.2");
    private readonly byte[] _reply = new byte[NamePacket.MaxBytes];

    [Fact]
    public void Answer_QueryForOurs_SaysWhere()
    {
        int length = Ask((packet, name) => NamePacket.WriteQuery(packet, 7, name), Name);

        Assert.True(NamePacket.TryRead(_reply.AsSpan(0, length), out NamePacket answer));
        Assert.True(answer is { Transaction: 7, IsResponse: true, HasFailed: false });
        Assert.Equal(Own, answer.Address);
    }

    [Fact]
    public void Answer_RegistrationOfOurs_IsObjectedTo()
    {
        int length = Ask((packet, name) => NamePacket.WriteRegistration(packet, 8, name, Other), Name);

        Assert.True(NamePacket.TryRead(_reply.AsSpan(0, length), out NamePacket answer));
        Assert.True(answer is { Transaction: 8, IsResponse: true, HasFailed: true, Operation: NameOperation.Registration });
    }

    [Fact]
    public void Answer_WhatIsNotForUs_IsSilence()
    {
        NetBiosName another = NetBiosNameTests.Parse("UMBRA02");

        Assert.Equal(0, Ask((packet, name) => NamePacket.WriteQuery(packet, 7, name), another));
        Assert.Equal(0, Ask((packet, name) => NamePacket.WriteQuery(packet, 7, name), Name.WithSuffix(3)));
        Assert.Equal(0, Ask((packet, name) => NamePacket.WriteRegistration(packet, 7, name, Other), another));
        Assert.Equal(0, Ask((packet, name) => NamePacket.WriteRelease(packet, 7, name, Other), Name));
        Assert.Equal(0, Ask((packet, name) => NamePacket.WriteAnswer(packet, 7, name, Other), Name));
        Assert.Equal(0, Ask((packet, name) => NamePacket.WriteConflict(packet, 7, name, Other), Name));
    }

    [Fact]
    public void Answer_OurOwnRegistrationComeBack_IsSilence() =>
        Assert.Equal(0, Ask((packet, name) => NamePacket.WriteRegistration(packet, 8, name, Own), Name));

    [Fact]
    public void TryAdd_TwiceOrTooMany_IsRefused()
    {
        NameTable table = new(Own, new byte[6]);
        for (int i = 0; i < NamePacket.MaxStatusNames; i++)
        {
            Assert.True(table.TryAdd([NetBiosNameTests.Parse($"N{i}")]));
        }

        Assert.False(table.TryAdd([Name]));
        table.Remove([NetBiosNameTests.Parse("N3"), Name]);
        Assert.False(table.TryAdd([NetBiosNameTests.Parse("N4")]));
        Assert.True(table.TryAdd([Name]));
    }

    /// <summary>Listeners that were opened together have claimed their names at the same moment.</summary>
    [Fact]
    public void TryAdd_AtTheSameTime_NoneIsLost()
    {
        NetBiosName[] names = [NetBiosNameTests.Parse("ONE"), NetBiosNameTests.Parse("TWO")];
        using Barrier together = new(2);
        NameTable table = new(Own, new byte[6]);
        int lost = 0;
        Parallel.Invoke([.. names.Select(name => (Action)(() =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                together.SignalAndWait();
                bool isAdded = table.TryAdd([name]);
                together.SignalAndWait();
                lost += isAdded && !table.TryAdd([name]) ? 0 : 1;
                table.Remove([name]);
            }
        }))]);

        Assert.Equal(0, lost);
    }

    private int Ask(Func<byte[], NetBiosName, int> write, NetBiosName about)
    {
        NameTable table = new(Own, new byte[6]);
        Assert.True(table.TryAdd([Name]));
        byte[] packet = new byte[NamePacket.MaxBytes];
        Assert.True(NamePacket.TryRead(packet.AsSpan(0, write(packet, about)), out NamePacket request));
        return table.Answer(request, _reply);
    }
}
