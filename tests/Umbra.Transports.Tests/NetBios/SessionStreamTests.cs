using System.Buffers;
using Microsoft.Extensions.Time.Testing;
using Umbra.Core.Memory;
using Umbra.Testing;
using Umbra.Transports.NetBios;
using Umbra.Transports.Tests.Contract;

namespace Umbra.Transports.Tests.NetBios;

public sealed class SessionStreamTests : PoolTest
{
    private readonly FakeTimeProvider _time = new();

    private MemoryPool<byte> Memory => Pool.AsMemoryPool(BufferTag.Test, Account);

    [Fact]
    public async Task Write_ThenRead_MegabyteInRandomPieces_ComesWhole()
    {
        using StreamPair pair = await StreamPair.ConnectAsync();
        await using SessionStream near = new(pair.Near, Memory, _time);
        await using SessionStream far = new(pair.Far, Memory, _time);
        Random random = new(3);
        byte[] sent = new byte[1024 * 1024];
        random.NextBytes(sent);
        byte[] received = new byte[sent.Length];

        Task writing = Task.Run(async () =>
        {
            for (int at = 0, count; at < sent.Length; at += count)
            {
                count = Math.Min(sent.Length - at, random.Next(1, 100_000));
                await near.WriteAsync(sent.AsMemory(at, count));
            }
        });
        Random sizes = new(4);
        for (int at = 0; at < received.Length;)
        {
            int count = await far.ReadAsync(received.AsMemory(at, Math.Min(received.Length - at, sizes.Next(1, 50_000)))).AsTask().WaitAsync(Handlers.Limit);
            Assert.NotEqual(0, count);
            at += count;
        }

        await writing;
        Assert.Equal(sent, received);
    }

    [Fact]
    public async Task Write_GoesInMessages_HeaderAndBytesTogether()
    {
        using RecordingStream wire = new();
        await using SessionStream session = new(wire, Memory, _time);

        await session.WriteAsync(new byte[] { 7 });
        await session.WriteAsync(ReadOnlyMemory<byte>.Empty);
        await session.WriteAsync(new byte[SessionWriter.MaxChunkBytes + 2]);

        Assert.Equal(["0000000107", "00008000", "000000020000"], wire.Writes.Select(w => Convert.ToHexStringLower(w.Length > 6 ? w[..4] : w)));
        Assert.Equal(SessionWriter.MaxChunkBytes + 4, wire.Writes[1].Length);
        Assert.Equal(0, Pool.Root.Blocks);
    }

    [Fact]
    public async Task Read_EndBetweenMessages_IsTheEnd()
    {
        using StreamPair pair = await StreamPair.ConnectAsync();
        await using SessionStream session = new(pair.Far, Memory, _time);
        await pair.Near.WriteAsync(Convert.FromHexString("0000000141" + "85000000"));
        pair.Near.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        byte[] buffer = new byte[10];

        Assert.Equal(1, await session.ReadAsync(buffer));
        Assert.Equal(0, await session.ReadAsync(buffer));
    }

    [Theory]
    [InlineData("000000")]
    [InlineData("00000002")]
    [InlineData("0000000241")]
    public async Task Read_EndWithinAMessage_IsAnError(string bytes)
    {
        using StreamPair pair = await StreamPair.ConnectAsync();
        await using SessionStream session = new(pair.Far, Memory, _time);
        await pair.Near.WriteAsync(Convert.FromHexString(bytes));
        pair.Near.Dispose();

        await Assert.ThrowsAsync<EndOfStreamException>(async () =>
        {
            while (await session.ReadAsync(new byte[10]).AsTask().WaitAsync(Handlers.Limit) > 0)
            {
            }
        });
    }

    [Fact]
    public async Task Read_AfterTheRulesAreBroken_SaysSoEachTime()
    {
        using StreamPair pair = await StreamPair.ConnectAsync();
        await using SessionStream session = new(pair.Far, Memory, _time);
        await pair.Near.WriteAsync(Convert.FromHexString("84000006"));

        for (int i = 0; i < 2; i++)
        {
            IOException broken = await Assert.ThrowsAsync<IOException>(() => session.ReadAsync(new byte[10]).AsTask());
            Assert.Contains("type 84", broken.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Silence_BeforeTheFirstMessage_SendsNothing()
    {
        using RecordingStream wire = new();
        await using SessionStream session = new(wire, Memory, _time);

        _time.Advance(TimeSpan.FromMinutes(10));

        Assert.Empty(wire.Writes);
    }

    [Fact]
    public async Task Silence_AfterAMessage_SendsAKeepAliveEachMinute_AndTrafficPutsItOff()
    {
        using RecordingStream wire = new();
        await using SessionStream session = new(wire, Memory, _time);
        _time.Advance(TimeSpan.FromSeconds(50));
        await session.WriteAsync(new byte[] { 1 });

        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Single(wire.Writes);

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([0x85, 0, 0, 0], wire.Writes[1]);

        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal([0x85, 0, 0, 0], wire.Writes[2]);
        Assert.Equal(3, wire.Writes.Count);
    }

    [Fact]
    public async Task KeepAlive_WhileAMessageIsOnItsWay_IsNotSent()
    {
        using RecordingStream wire = new() { Gate = new TaskCompletionSource() };
        await using SessionStream session = new(wire, Memory, _time);
        Task writing = session.WriteAsync(new byte[] { 1 }).AsTask();

        _time.Advance(TimeSpan.FromMinutes(5));
        wire.Gate.SetResult();
        await writing;

        Assert.Single(wire.Writes);
    }

    [Fact]
    public async Task Dispose_WhileReadingAndWriting_EndsBoth()
    {
        using StreamPair pair = await StreamPair.ConnectAsync();
        SessionStream session = new(pair.Far, Memory, _time);
        Task<int> reading = session.ReadAsync(new byte[10]).AsTask();
        Task writing = session.WriteAsync(new byte[64 * 1024 * 1024]).AsTask();

        session.Dispose();

        // As with any socket, who is reading may be told an end.
        await Task.WhenAny(reading).WaitAsync(Handlers.Limit);
        await Assert.ThrowsAnyAsync<IOException>(() => writing.WaitAsync(Handlers.Limit));
        Assert.True(reading.IsFaulted || await reading == 0);
    }

    /// <summary>Keeps each write by itself.</summary>
    private sealed class RecordingStream : MemoryStream
    {
        public List<byte[]> Writes { get; } = [];

        public TaskCompletionSource? Gate { get; init; }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await (Gate?.Task ?? Task.CompletedTask);
            Writes.Add(buffer.ToArray());
        }
    }
}
