using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Umbra.Core.Memory;
using Umbra.Testing;
using Umbra.Transports.Drivers;
using Umbra.Transports.Sockets;

namespace Umbra.Transports.Tests.Sockets;

public sealed class SocketWriterTests : PoolTest
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Socket _near = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _far;
    private readonly SocketWriter _writer;

    public SocketWriterTests()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.ReceiveBufferSize = 16 * 1024;
        listener.Listen();
        _near.SendBufferSize = 16 * 1024;
        _near.Connect(listener.LocalEndPoint!);
        _far = listener.Accept();
        _writer = new SocketWriter(_near, Pool.AsMemoryPool(BufferTag.Test, Account), _near.Dispose);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Flush_WrittenAndAppendedInTurn_ArriveInThatOrder()
    {
        _writer.Write("a"u8);
        _writer.Write("b"u8);
        _writer.Append("c"u8.ToArray());
        _writer.Append("d"u8.ToArray());
        _writer.Write("e"u8);
        Assert.Equal(5, _writer.UnflushedBytes);
        await _writer.FlushAsync(Stop);
        _writer.Write("f"u8);
        await _writer.FlushAsync(Stop);

        Assert.Equal("abcdef"u8.ToArray(), await ReadAsync(6));
    }

    /// <summary>More than the kernel takes at once, in more pieces than go with one call, of all sizes; while the peer reads slowly.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Flush_ManyPiecesAndASlowReader_ArriveWhole(bool hasLane)
    {
        using WorkLane lane = new("test lane", threads: 1);
        DriverCounters counters = new();
        SocketWriter writer = new(_near, Pool.AsMemoryPool(BufferTag.Test, Account), _near.Dispose, hasLane ? lane : null, counters);
        Random random = new(1);
        List<byte> expected = [];
        long sent = 0;
        Task<byte[]>? reading = null;
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < 300; i++)
            {
                byte[] piece = new byte[random.Next(1, i % 100 == 0 ? 200_000 : 2000)];
                random.NextBytes(piece);
                expected.AddRange(piece);
                if (i % 3 == 0)
                {
                    writer.Write(piece);
                }
                else
                {
                    writer.Append(piece);
                }
            }

            ValueTask<FlushResult> flushing = writer.FlushAsync(Stop);
            Assert.False(flushing.IsCompleted);
            reading = ReadAsync(expected.Count);
            string? thread = await FlushedOnAsync(flushing);
            Assert.Equal(hasLane, thread == "test lane");
            Assert.Equal(hasLane, writer.Delay > TimeSpan.Zero);
            Assert.Equal(expected, await reading);
            sent += expected.Count;
            Assert.Equal(sent, counters.Sent);
            expected.Clear();
        }

        await writer.CompleteAsync();

        static async Task<string?> FlushedOnAsync(ValueTask<FlushResult> flushing)
        {
            await flushing.ConfigureAwait(false);
            return Thread.CurrentThread.Name;
        }
    }

    [Fact]
    public async Task Flush_Done_HoldsNothing()
    {
        _writer.Write(new byte[10_000]);
        Assert.NotEqual(0, Account.Blocks);
        Task<byte[]> reading = ReadAsync(10_000);
        await _writer.FlushAsync(Stop);
        await reading;

        Assert.Equal((0, 0), (Account.Blocks, _writer.UnflushedBytes));
    }

    [Fact]
    public async Task Flush_Cancelled_FailsAndEndsTheConnection()
    {
        using CancellationTokenSource cancellation = new();
        _writer.Append(new byte[10_000_000]);
        _writer.Write(new byte[10]);
        ValueTask<FlushResult> flushing = _writer.FlushAsync(cancellation.Token);
        Assert.False(flushing.IsCompleted);
        await cancellation.CancelAsync();

        await Assert.ThrowsAsync<IOException>(async () => await flushing.AsTask().WaitAsync(Patience, Stop));
        Assert.Equal(0, Account.Blocks);
        await Assert.ThrowsAsync<IOException>(WriteAgainAsync);
    }

    [Fact]
    public async Task CancelPendingFlush_NothingIsSent_LeavesTheConnection()
    {
        _writer.CancelPendingFlush();
        _writer.Write("a"u8);
        await _writer.FlushAsync(Stop);
        _writer.CancelPendingFlush();
        _writer.Write("b"u8);
        await _writer.FlushAsync(Stop);

        Assert.Equal("ab"u8.ToArray(), await ReadAsync(2));
    }

    [Fact]
    public async Task CancelPendingFlush_PeerDoesNotRead_FailsAndEndsTheConnection()
    {
        _writer.Append(new byte[10_000_000]);
        ValueTask<FlushResult> flushing = _writer.FlushAsync(Stop);
        Assert.False(flushing.IsCompleted);
        _writer.CancelPendingFlush();

        await Assert.ThrowsAsync<IOException>(async () => await flushing.AsTask().WaitAsync(Patience, Stop));
        await Assert.ThrowsAsync<IOException>(WriteAgainAsync);
    }

    [Fact]
    public async Task Flush_PeerGone_Fails()
    {
        _far.LingerState = new LingerOption(true, 0);
        _far.Dispose();

        await Assert.ThrowsAsync<IOException>(async () =>
        {
            while (true)
            {
                await WriteAgainAsync();
            }
        });
    }

    [Fact]
    public async Task Complete_Unflushed_IsDropped()
    {
        _writer.Write(new byte[100]);
        await _writer.CompleteAsync();

        Assert.Equal(0, Account.Blocks);
    }

    protected override void Dispose(bool disposing)
    {
        _writer.Complete();
        _near.Dispose();
        _far.Dispose();
        base.Dispose(disposing);
    }

    private async Task WriteAgainAsync()
    {
        _writer.Write(new byte[10]);
        await _writer.FlushAsync(Stop);
    }

    private async Task<byte[]> ReadAsync(int count)
    {
        byte[] bytes = new byte[count];
        await using NetworkStream stream = new(_far, ownsSocket: false);
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(Patience);
        await stream.ReadExactlyAsync(bytes, patience.Token);
        return bytes;
    }
}
