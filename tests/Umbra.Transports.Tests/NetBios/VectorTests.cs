using System.Buffers;
using Microsoft.Extensions.Time.Testing;
using Umbra.Core.Memory;
using Umbra.Testing;
using Umbra.Transports.NetBios;

namespace Umbra.Transports.Tests.NetBios;

/// <summary>What others have said, as it was captured (see Vectors/README.md).</summary>
public sealed class VectorTests : PoolTest
{
    private MemoryPool<byte> Memory => Pool.AsMemoryPool(BufferTag.Test, Account);

    [Fact]
    public async Task Session_AsSmbclientCalls_IsAnsweredAndRead()
    {
        using Script wire = new(Bytes("session-client"));

        (SessionRequest Request, SessionRefusal? Refusal)? answer = await SessionHandshake.AnswerAsync(wire, _ => null, Memory, CancellationToken.None);

        Assert.Equal("SAMBAB#20", answer?.Request.Called.ToString());
        Assert.Equal("CLIENTB#00", answer?.Request.Calling.ToString());
        Assert.Equal(Bytes("session-server")[..4], wire.Written.ToArray());
        Assert.Equal(0xdc, await AssertOneMessageAsync(wire));
    }

    [Fact]
    public async Task Session_AsSmbdAnswers_IsTakenAndRead()
    {
        using Script wire = new(Bytes("session-server"));
        SessionRequest request = new(NetBiosNameTests.Parse("SAMBAB"), NetBiosNameTests.Parse("CLIENTB#00"));

        Assert.Equal(default, await SessionHandshake.RequestAsync(wire, request, Memory, CancellationToken.None));

        Assert.Equal(Bytes("session-client")[..72], wire.Written.ToArray());
        Assert.Equal(0x11c, await AssertOneMessageAsync(wire));
    }

    [Fact]
    public void Names_AsSambaSaysThem_AreRead()
    {
        string[] read = [.. File.ReadLines(PathOf("names")).Where(line => !line.StartsWith('#')).Select(line =>
        {
            Assert.True(NamePacket.TryRead(Convert.FromHexString(line), out NamePacket packet), line);
            return $"{packet.Operation} {packet.Type} {packet.IsResponse} {packet.Name} {packet.Address}";
        })];

        Assert.Equal(
            [
                "Registration Address False SAMBAB#20 10.77.0.2",
                "Registration Address False UMBRAWG#1E ",
                "Query Address False SAMBAB#20 ",
                "Query Address True SAMBAB#20 10.77.0.2",
                $"Query Status False {NetBiosName.Any} ",
                $"Query Status True {NetBiosName.Any} ",
            ],
            read);
    }

    /// <summary>Of SMB, without anything before or behind it.</summary>
    private async Task<int> AssertOneMessageAsync(Stream wire)
    {
        await using SessionStream session = new(wire, Memory, new FakeTimeProvider());
        using MemoryStream all = new();
        await session.CopyToAsync(all);
        Assert.Equal([0xfe, .. "SMB"u8], all.ToArray()[..4]);
        return (int)all.Length;
    }

    private static string PathOf(string name) => RepositoryRoot.Combine("tests", "Umbra.Transports.Tests", "NetBios", "Vectors", name + ".hex");

    private static byte[] Bytes(string name) => Convert.FromHexString(string.Concat(File.ReadLines(PathOf(name)).Where(line => !line.StartsWith('#'))));
}
