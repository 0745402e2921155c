using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Umbra.Core.Memory;
using Umbra.Testing;
using Umbra.Transports.Listening;

namespace Umbra.Transports.Tests.Contract;

/// <summary>
/// What every driver promises, plain and under TLS. The base class adds to each: no block of the pool is left out.
/// </summary>
public sealed class TransportContractTests : PoolTest
{
    private const int Megabyte = 1024 * 1024;

    public static TheoryData<WireKind> Kinds => [.. Enum.GetValues<WireKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Echo_FewBytes_ComeBack(WireKind kind)
    {
        await using Wire wire = await Wire.StartAsync(kind, Pool, Handlers.Echo);
        await using StreamDuplex client = await wire.ConnectAsync();

        await client.Output.WriteAsync("hello"u8.ToArray());

        Assert.Equal("hello"u8.ToArray(), await client.Input.ReadAsync(5));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Abort_ByServer_EndsTheClientsRead(WireKind kind)
    {
        await using Wire wire = await Wire.StartAsync(kind, Pool, async connection =>
        {
            await connection.Transport.Input.ReadAsync(1);
            connection.Abort(new ConnectionAbortedException("enough"));
            await connection.Transport.Input.DrainAsync();
        });
        await using StreamDuplex client = await wire.ConnectAsync();

        await client.Output.WriteAsync("x"u8.ToArray());

        await client.Input.DrainAsync();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Abort_ByClient_EndsTheServersRead(WireKind kind)
    {
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using Wire wire = await Wire.StartAsync(kind, Pool, async connection =>
        {
            await connection.Transport.Output.WriteAsync("x"u8.ToArray());
            await connection.Transport.Input.DrainAsync();
            ended.SetResult();
        });
        await using StreamDuplex client = await wire.ConnectAsync();
        await client.Input.ReadAsync(1);

        client.Abort();

        await ended.Task.WaitAsync(Handlers.Limit);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Abort_ByClientWhoDoesNotRead_EndsTheServersFlush(WireKind kind)
    {
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using Wire wire = await Wire.StartAsync(kind, Pool, async connection =>
        {
            await WriteUntilItEnds(connection);
            ended.SetResult();
        });
        await using StreamDuplex client = await wire.ConnectAsync();
        await client.Input.ReadAsync(1);

        client.Abort();

        await ended.Task.WaitAsync(Handlers.Limit);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Abort_WhileTheClientReads_EndsTheRead(WireKind kind)
    {
        await using Wire wire = await Wire.StartAsync(kind, Pool, Handlers.Echo);
        await using StreamDuplex client = await wire.ConnectAsync();
        Task reading = client.Input.DrainAsync();

        client.Abort();

        await reading.WaitAsync(Handlers.Limit);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Write_ToAClientWhoDoesNotRead_WaitsWithBoundedMemory(WireKind kind)
    {
        TaskCompletionSource<long> stalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using Wire wire = await Wire.StartAsync(kind, Pool, connection => WriteMuch(connection.Transport.Output, stalled));
        await using StreamDuplex client = await wire.ConnectAsync();

        long sent = await stalled.Task.WaitAsync(Handlers.Limit);

        Assert.InRange(sent, 1, Total - 1);
        Assert.InRange(Pool.Root.PeakBytes, 1, Megabyte);
        Assert.Equal(Total, await Count(client.Input));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Write_ToAServerWhoDoesNotRead_WaitsWithBoundedMemory(WireKind kind)
    {
        TaskCompletionSource<long> stalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource<long> counted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using Wire wire = await Wire.StartAsync(kind, Pool, async connection =>
        {
            await stalled.Task;
            counted.SetResult(await Count(connection.Transport.Input));

            // Whoever leaves now fails the client's last flush, where that has not come back yet.
            await connection.Transport.Input.DrainAsync();
        });
        await using StreamDuplex client = await wire.ConnectAsync();
        Task writing = WriteMuch(client.Output, stalled);

        Assert.InRange(await stalled.Task.WaitAsync(Handlers.Limit), 1, Total - 1);
        Assert.InRange(Pool.Root.PeakBytes, 1, Megabyte);
        await writing.WaitAsync(Handlers.Limit);
        Assert.Equal(Total, await counted.Task.WaitAsync(Handlers.Limit));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Echo_MegabyteInRandomPieces_ComesBackWhole(WireKind kind)
    {
        await using Wire wire = await Wire.StartAsync(kind, Pool, Handlers.Echo);
        await using StreamDuplex client = await wire.ConnectAsync();
        Random random = new(7);
        byte[] sent = new byte[Megabyte];
        random.NextBytes(sent);

        Task writing = WriteInPieces(client, sent, random);
        byte[] received = await client.Input.ReadAsync(sent.Length);
        await writing.WaitAsync(Handlers.Limit);

        Assert.Equal(sent, received);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Read_OneMessageLargerThanTheReadBuffer_Arrives(WireKind kind)
    {
        int size = 3 * new TransportOptions().MaxReadBufferSize;
        await using Wire wire = await Wire.StartAsync(kind, Pool, async connection =>
        {
            byte[] message = await connection.Transport.Input.ReadAsync(size);
            await connection.Transport.Output.WriteAsync(new[] { (byte)(message.Length == size ? 1 : 0) });
            await connection.Transport.Input.DrainAsync();
        });
        await using StreamDuplex client = await wire.ConnectAsync();

        Task writing = client.Output.WriteAsync(new byte[size]).AsTask();

        Assert.Equal([1], await client.Input.ReadAsync(1));
        await writing;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Connect_OverTheLimit_IsClosedAndTheOthersGoOn(WireKind kind)
    {
        await using Wire wire = await Wire.StartAsync(kind, Pool, Handlers.Echo, new ConnectionLimits(1));
        await using StreamDuplex first = await wire.ConnectAsync();
        await first.Output.WriteAsync("a"u8.ToArray());
        await first.Input.ReadAsync(1);

        try
        {
            await using Stream second = await wire.ConnectBareAsync();
            await PipeReader.Create(second).DrainAsync();
        }
        catch (IOException)
        {
            // The reset may come while it still connects.
        }

        await first.Output.WriteAsync("b"u8.ToArray());
        Assert.Equal("b"u8.ToArray(), await first.Input.ReadAsync(1));
        Assert.DoesNotContain(wire.Log.Lines, line => line.Level >= LogLevel.Warning);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Connect_AgainAndAgain_Works(WireKind kind)
    {
        await using Wire wire = await Wire.StartAsync(kind, Pool, Handlers.Echo);
        for (int i = 0; i < 20; i++)
        {
            await using StreamDuplex client = await wire.ConnectAsync();
            await client.Output.WriteAsync(new[] { (byte)i });
            if (i % 2 == 0)
            {
                Assert.Equal([(byte)i], await client.Input.ReadAsync(1));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Connect_TwentyAtOnce_EachIsServed(WireKind kind)
    {
        await using Wire wire = await Wire.StartAsync(kind, Pool, Handlers.Echo);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            await using StreamDuplex client = await wire.ConnectAsync();
            byte[] sent = [.. Enumerable.Repeat((byte)i, 10_000)];
            await client.Output.WriteAsync(sent);
            Assert.Equal(sent, await client.Input.ReadAsync(sent.Length));
        }));
    }

    [Theory]
    [InlineData(WireKind.Tcp)]
    [InlineData(WireKind.Pipe)]
    [InlineData(WireKind.Memory)]
    public async Task Connect_NobodyListens_SaysWhere(WireKind kind)
    {
        await using Wire wire = await Wire.StartAsync(kind, Pool, Handlers.Echo);
        await wire.StopListeningAsync();

        TransportException refused = await Assert.ThrowsAsync<TransportException>(wire.ConnectBareAsync);

        Assert.True(refused.Error is TransportError.Refused or TransportError.Unreachable, refused.ToString());
        Assert.Contains(wire.Address.ToString(), refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Buffers_OfTheServer_AreOurs(WireKind kind)
    {
        await using Wire wire = await Wire.StartAsync(kind, Pool, Handlers.Echo);
        await using StreamDuplex client = await wire.ConnectAsync();
        await client.Output.WriteAsync("hello"u8.ToArray());
        await client.Input.ReadAsync(5);

        BufferTag tag = TransportDrivers.Of(wire.Address.EndPoint)!.Tag;
        Assert.Equal([tag, BufferTag.Test], Pool.ReadTags().Where(t => t.Allocs > 0).Select(t => t.Tag));
    }

    private const long Total = 48 * Megabyte;

    /// <summary>Writes <see cref="Total"/> bytes and says how many were written when a flush waited for 0.3 s.</summary>
    private static async Task WriteMuch(PipeWriter output, TaskCompletionSource<long> stalled)
    {
        byte[] piece = new byte[16 * 1024];
        for (long sent = 0; sent < Total; sent += piece.Length)
        {
            Task<FlushResult> flush = output.WriteAsync(piece).AsTask();
            if (await Task.WhenAny(flush, Task.Delay(stalled.Task.IsCompleted ? Handlers.Limit : TimeSpan.FromMilliseconds(300))) != flush)
            {
                stalled.TrySetResult(sent + piece.Length);
            }

            await flush.WaitAsync(Handlers.Limit);
        }

        stalled.TrySetResult(Total);
    }

    private static async Task WriteUntilItEnds(ConnectionContext connection)
    {
        try
        {
            while (!(await connection.Transport.Output.WriteAsync(new byte[16 * 1024])).IsCompleted)
            {
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
        }
    }

    /// <summary>Reads until there were <see cref="Total"/> bytes, or the end.</summary>
    private static async Task<long> Count(PipeReader reader)
    {
        long count = 0;
        bool isOver = false;
        while (count < Total && !isOver)
        {
            ReadResult read = await reader.ReadAsync().AsTask().WaitAsync(Handlers.Limit);
            count += read.Buffer.Length;
            isOver = read.IsCompleted;
            reader.AdvanceTo(read.Buffer.End);
        }

        return count;
    }

    private static async Task WriteInPieces(StreamDuplex client, byte[] bytes, Random random)
    {
        for (int at = 0; at < bytes.Length;)
        {
            int count = Math.Min(bytes.Length - at, random.Next(1, 20_000));
            await client.Output.WriteAsync(bytes.AsMemory(at, count));
            at += count;
        }
    }
}
