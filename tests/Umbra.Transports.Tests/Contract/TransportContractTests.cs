using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Umbra.Core.Memory;
using Umbra.Testing;
using Umbra.Transports.Drivers;
using Umbra.Transports.Listening;

namespace Umbra.Transports.Tests.Contract;

/// <summary>
/// What every driver promises, plain and under TLS. The base class adds to each: no block of the pool is left out.
/// </summary>
public sealed class TransportContractTests : PoolTest
{
    private const int Megabyte = 1024 * 1024;

    public static TheoryData<WireKind> Kinds => [.. Enum.GetValues<WireKind>()];

    public static TheoryData<WireKind> RefusingKinds => [.. Enum.GetValues<WireKind>().Where(kind => !kind.IsTls() && kind.Refuses())];

    public static TheoryData<WireKind> PlainKinds => [.. Enum.GetValues<WireKind>().Where(kind => !kind.IsTls())];

    public static TheoryData<WireKind> TlsKinds => [.. Enum.GetValues<WireKind>().Where(kind => kind.IsTls())];

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
        long total = kind.BytesToStall();
        TaskCompletionSource<long> stalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using Wire wire = await Wire.StartAsync(kind, Pool, connection => WriteMuch(connection.Transport.Output, total, stalled));
        await using StreamDuplex client = await wire.ConnectAsync();

        long sent = await stalled.Task.WaitAsync(Handlers.Limit);

        Assert.InRange(sent, 1, total - 1);
        Assert.InRange(Pool.Root.PeakBytes, 1, Megabyte);
        Assert.Equal(total, await Count(client.Input, total));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Write_ToAServerWhoDoesNotRead_WaitsWithBoundedMemory(WireKind kind)
    {
        long total = kind.BytesToStall();
        TaskCompletionSource<long> stalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource<long> counted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using Wire wire = await Wire.StartAsync(kind, Pool, async connection =>
        {
            await stalled.Task;
            counted.SetResult(await Count(connection.Transport.Input, total));

            // Whoever leaves now fails the client's last flush, where that has not come back yet.
            await connection.Transport.Input.DrainAsync();
        });
        await using StreamDuplex client = await wire.ConnectAsync();
        Task writing = WriteMuch(client.Output, total, stalled);

        Assert.InRange(await stalled.Task.WaitAsync(Handlers.Limit), 1, total - 1);
        Assert.InRange(Pool.Root.PeakBytes, 1, Megabyte);
        await writing.WaitAsync(Handlers.Limit);
        Assert.Equal(total, await counted.Task.WaitAsync(Handlers.Limit));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Echo_MuchInRandomPieces_ComesBackWhole(WireKind kind)
    {
        await using Wire wire = await Wire.StartAsync(kind, Pool, Handlers.Echo);
        await using StreamDuplex client = await wire.ConnectAsync();
        Random random = new(7);
        byte[] sent = new byte[Math.Min(Megabyte, kind.BytesToSend())];
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

    /// <summary>Chunks of up to 1 MiB, and empty ones, in both directions at once.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task BothWays_RandomChunks_ArriveInOrder(WireKind kind)
    {
        int total = kind.BytesToSend();
        TaskCompletionSource served = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using Wire wire = await Wire.StartAsync(kind, Pool, async connection =>
        {
            Task writing = WriteChunks(connection.Transport.Output, total, seed: 1);
            await AssertChunks(connection.Transport.Input, total, seed: 2);
            await writing;
            served.SetResult();
            await connection.Transport.Input.DrainAsync();
        });
        await using StreamDuplex client = await wire.ConnectAsync();

        Task sending = WriteChunks(client.Output, total, seed: 2);
        await AssertChunks(client.Input, total, seed: 1);
        await sending;
        await served.Task.WaitAsync(Handlers.Limit);
    }

    /// <summary>No driver's connection outlives one direction of it: ending one's output is ending the connection, once all has been sent.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Complete_ByServer_TheClientReadsAllAndThenTheEnd(WireKind kind)
    {
        int total = kind.BytesToSend();
        await using Wire wire = await Wire.StartAsync(kind, Pool, connection => WriteChunks(connection.Transport.Output, total, seed: 3));
        await using StreamDuplex client = await wire.ConnectAsync();

        await AssertChunks(client.Input, total, seed: 3);

        Assert.True((await client.Input.ReadAsync().AsTask().WaitAsync(Handlers.Limit)).IsCompleted);
    }

    /// <summary>A socket that is closed with something unread resets the connection, so what TLS says first is read first.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Close_ByClient_TheServerReadsAllAndThenTheEnd(WireKind kind)
    {
        int total = kind.BytesToSend();
        TaskCompletionSource<bool> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using Wire wire = await Wire.StartAsync(kind, Pool, async connection =>
        {
            await connection.Transport.Output.WriteAsync("x"u8.ToArray());
            await AssertChunks(connection.Transport.Input, total, seed: 4);
            ended.SetResult((await connection.Transport.Input.ReadAsync()).IsCompleted);
        });
        await using (StreamDuplex client = await wire.ConnectAsync())
        {
            await client.Input.ReadAsync(1);
            await WriteChunks(client.Output, total, seed: 4);
        }

        Assert.True(await ended.Task.WaitAsync(Handlers.Limit));
    }

    /// <summary>Not under TLS, where a read that is cancelled ends the connection.</summary>
    [Theory]
    [MemberData(nameof(PlainKinds))]
    public async Task Read_Cancelled_LosesNothing(WireKind kind)
    {
        await using Wire wire = await Wire.StartAsync(kind, Pool, Handlers.Echo);
        await using StreamDuplex client = await wire.ConnectAsync();
        for (byte i = 0; i < 10; i++)
        {
            using CancellationTokenSource cancelled = new();
            Task reading = client.Input.ReadAsync(cancelled.Token).AsTask();
            await cancelled.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Handlers.Limit));

            await client.Output.WriteAsync(new[] { i });

            Assert.Equal([i], await client.Input.ReadAsync(1));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Flush_CancelledWhileTheServerDoesNotRead_Ends(WireKind kind)
    {
        TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using Wire wire = await Wire.StartAsync(kind, Pool, _ => over.Task);
        await using StreamDuplex client = await wire.ConnectAsync();
        using CancellationTokenSource cancelled = new(TimeSpan.FromMilliseconds(300));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            while (true)
            {
                await client.Output.WriteAsync(new byte[64 * 1024], cancelled.Token).AsTask().WaitAsync(Handlers.Limit);
            }
        });
        over.SetResult();
    }

    [Theory]
    [MemberData(nameof(PlainKinds))]
    public async Task Connect_Cancelled_LeavesNothingBehind(WireKind kind)
    {
        await using Wire wire = await Wire.StartAsync(kind, Pool, Handlers.Echo);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wire.ConnectBareAsync(new CancellationToken(canceled: true)));

        await using StreamDuplex client = await wire.ConnectAsync();
        await client.Output.WriteAsync("x"u8.ToArray());
        await client.Input.ReadAsync(1);
        Assert.Equal(2, wire.Driver.OpenConnections);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Connect_AThousandTimes_Works(WireKind kind)
    {
        await using Wire wire = await Wire.StartAsync(kind, Pool, Handlers.Echo);
        for (int i = 0; i < kind.Repetitions(); i++)
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
    public async Task Connect_ManyAtOnce_EachIsServed(WireKind kind)
    {
        await using Wire wire = await Wire.StartAsync(kind, Pool, Handlers.Echo);

        await Task.WhenAll(Enumerable.Range(0, kind.ConnectionsAtOnce()).Select(async i =>
        {
            await using StreamDuplex client = await wire.ConnectAsync();
            byte[] sent = [.. Enumerable.Repeat((byte)i, 10_000)];
            await client.Output.WriteAsync(sent);
            Assert.Equal(sent, await client.Input.ReadAsync(sent.Length));
        }));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Stop_WithAConnectionOpen_EndsIt(WireKind kind)
    {
        await using Wire wire = await Wire.StartAsync(kind, Pool, Handlers.Echo);
        await using StreamDuplex client = await wire.ConnectAsync();
        await client.Output.WriteAsync("x"u8.ToArray());
        await client.Input.ReadAsync(1);
        Task reading = client.Input.DrainAsync();

        await wire.StopListeningAsync();

        await reading.WaitAsync(Handlers.Limit);
    }

    /// <summary>A driver is stopped with connections in both directions: they end, its memory comes back, and nobody listens. Started, all is as it was.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task StopDriver_WithAConnectionOpen_EndsIt_StartBringsTheListenerBack(WireKind kind)
    {
        await using Wire wire = await Wire.StartAsync(kind, Pool, Handlers.Echo);
        await using StreamDuplex before = await wire.ConnectAsync();
        await before.Output.WriteAsync("x"u8.ToArray());
        await before.Input.ReadAsync(1);
        Account account = wire.Driver.Account;
        Task reading = before.Input.DrainAsync();

        await wire.Driver.StopAsync().WaitAsync(Handlers.Limit);

        await reading.WaitAsync(Handlers.Limit);
        Assert.Equal((DriverState.Stopped, 0, 0), (wire.Driver.State, wire.Driver.OpenConnections, account.Blocks));
        Assert.Equal(TransportError.Refused, (await Assert.ThrowsAsync<TransportException>(() => wire.ConnectBareAsync())).Error);

        await wire.Driver.StartAsync(CancellationToken.None).WaitAsync(Handlers.Limit);

        await using StreamDuplex after = await wire.ConnectAsync();
        await after.Output.WriteAsync("y"u8.ToArray());
        Assert.Equal("y"u8.ToArray(), await after.Input.ReadAsync(1));
        Assert.Equal(DriverState.Running, wire.Driver.State);
        Assert.DoesNotContain(wire.Log.Lines, line => line.Level >= LogLevel.Error);
    }

    /// <summary>What is no TLS is sent away, and nobody else notices.</summary>
    [Theory]
    [MemberData(nameof(TlsKinds))]
    public async Task Connect_Noise_IsSentAwayAndTheOthersGoOn(WireKind kind)
    {
        await using Wire wire = await Wire.StartAsync(kind, Pool, Handlers.Echo);
        Random random = new(5);
        for (int i = 0; i < 5; i++)
        {
            await using Stream bare = await wire.ConnectBareAsync();
            byte[] noise = new byte[2000];
            random.NextBytes(noise);
            try
            {
                await bare.WriteAsync(noise);
            }
            catch (IOException)
            {
                // Sent away before it had said everything.
            }

            await PipeReader.Create(bare).DrainAsync();
        }

        await using StreamDuplex client = await wire.ConnectAsync();
        await client.Output.WriteAsync("x"u8.ToArray());
        Assert.Equal("x"u8.ToArray(), await client.Input.ReadAsync(1));
        Assert.DoesNotContain(wire.Log.Lines, line => line.Level >= LogLevel.Error);
    }

    /// <summary>What one side has sent the other has received, by the driver's count.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Counters_OfTheDriver_CountBothSides(WireKind kind)
    {
        int total = kind.BytesToSend();
        await using Wire wire = await Wire.StartAsync(kind, Pool, async connection =>
        {
            await AssertChunks(connection.Transport.Input, total, seed: 6);
            await WriteChunks(connection.Transport.Output, 1, seed: 7);
            await connection.Transport.Input.DrainAsync();
        });
        await using StreamDuplex client = await wire.ConnectAsync();
        await WriteChunks(client.Output, total, seed: 6);
        await AssertChunks(client.Input, 1, seed: 7);

        DriverCounters counters = wire.Driver.Counters;
        Assert.Equal(2, counters.Connections);
        Assert.InRange(counters.Sent, total + 1, 2 * total);
        Assert.Equal(0, counters.Dropped);
    }

    [Theory]
    [MemberData(nameof(RefusingKinds))]
    public async Task Connect_NobodyListens_SaysWhere(WireKind kind)
    {
        await using Wire wire = await Wire.StartAsync(kind, Pool, Handlers.Echo);
        await wire.StopListeningAsync();

        TransportException refused = await Assert.ThrowsAsync<TransportException>(() => wire.ConnectBareAsync());

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
        Assert.Equal([.. kind.SharedTags(), tag, BufferTag.Test], Pool.ReadTags().Where(t => t.Allocs > 0).Select(t => t.Tag));
    }

    /// <summary>Writes so many bytes, and says how many were written when a flush waited for 0.3 s.</summary>
    private static async Task WriteMuch(PipeWriter output, long total, TaskCompletionSource<long> stalled)
    {
        byte[] piece = new byte[16 * 1024];
        for (long sent = 0; sent < total; sent += piece.Length)
        {
            Task<FlushResult> flush = output.WriteAsync(piece).AsTask();
            if (await Task.WhenAny(flush, Task.Delay(stalled.Task.IsCompleted ? Handlers.Limit : TimeSpan.FromMilliseconds(300))) != flush)
            {
                stalled.TrySetResult(sent + piece.Length);
            }

            await flush.WaitAsync(Handlers.Limit);
        }

        stalled.TrySetResult(total);
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

    /// <summary>Reads until there were so many bytes, or the end.</summary>
    private static async Task<long> Count(PipeReader reader, long total)
    {
        long count = 0;
        bool isOver = false;
        while (count < total && !isOver)
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

    /// <summary>Pieces of 0 bytes to 1 MiB that a seed decides, so many bytes in all.</summary>
    private static async Task WriteChunks(PipeWriter output, int total, int seed)
    {
        byte[] bytes = Bytes(total, seed);
        Random sizes = new(seed);
        for (int at = 0; at < total;)
        {
            int count = Math.Min(total - at, sizes.Next(5) == 0 ? 0 : (int)Math.Pow(Megabyte, sizes.NextDouble()));
            await output.WriteAsync(bytes.AsMemory(at, count)).AsTask().WaitAsync(Handlers.Limit);
            at += count;
        }
    }

    private static async Task AssertChunks(PipeReader input, int total, int seed)
    {
        byte[] expected = Bytes(total, seed);
        for (int at = 0; at < total;)
        {
            ReadResult read = await input.ReadAsync().AsTask().WaitAsync(Handlers.Limit);
            ReadOnlySequence<byte> some = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, total - at));
            Assert.True(some.ToArray().AsSpan().SequenceEqual(expected.AsSpan(at, (int)some.Length)), $"bytes from {at} on are not what was sent");
            at += (int)some.Length;
            input.AdvanceTo(some.End);
            Assert.True(at == total || !read.IsCompleted, $"it ended after {at} of {total} bytes");
        }
    }

    private static byte[] Bytes(int count, int seed)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
