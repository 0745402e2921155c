using System.Buffers;
using System.IO.Pipelines;
using Umbra.Core.Memory;
using Umbra.Testing;
using Umbra.Transports.Tests.Contract;
using Umbra.Transports.Tls;

namespace Umbra.Transports.Tests.Tls;

public sealed class RecordWriterTests : PoolTest
{
    private const int Record = 1024;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(Record, 1)]
    [InlineData(Record + 1, 2)]
    [InlineData(20_000, 20)]
    public async Task Flush_AnyLength_GoesInRecords(int count, int records)
    {
        Pipe wire = new(new PipeOptions(Memory, pauseWriterThreshold: 0));
        FlushSizes below = new(wire.Writer);
        RecordWriter writer = new(below, Record, Memory);
        byte[] bytes = Bytes(count);

        await writer.WriteAsync(bytes);

        Assert.Equal(records, below.Sizes.Count);
        Assert.All(below.Sizes, size => Assert.InRange(size, 1, Record));
        Assert.Equal(bytes, await wire.Reader.ReadAsync(count));
        await writer.CompleteAsync();
        await wire.Reader.CompleteAsync();
    }

    [Fact]
    public async Task Flush_Cancelled_KeepsTheRestForTheNextOne()
    {
        Pipe wire = new(new PipeOptions(Memory, pauseWriterThreshold: 2 * Record, resumeWriterThreshold: Record));
        RecordWriter writer = new(wire.Writer, Record, Memory);
        byte[] bytes = Bytes(4 * Record);
        Task<FlushResult> flushing = writer.WriteAsync(bytes).AsTask();
        Assert.False(flushing.IsCompleted);

        writer.CancelPendingFlush();
        Assert.True((await flushing.WaitAsync(Handlers.Limit)).IsCanceled);
        Task again = writer.FlushAsync().AsTask();

        Assert.Equal(bytes, await wire.Reader.ReadAsync(2 * Record).ContinueWith(async first => (byte[])[.. await first, .. await wire.Reader.ReadAsync(2 * Record)]).Unwrap());
        await again.WaitAsync(Handlers.Limit);
        await writer.CompleteAsync();
        await wire.Reader.CompleteAsync();
    }

    [Fact]
    public async Task Complete_WithoutAFlush_PassesOnWhatIsThere()
    {
        Pipe wire = new(new PipeOptions(Memory, pauseWriterThreshold: 0));
        RecordWriter writer = new(wire.Writer, Record, Memory);
        byte[] bytes = Bytes(3000);
        writer.Write(bytes);
        Assert.Equal(3000, writer.UnflushedBytes);

        await writer.CompleteAsync();

        Assert.Equal(bytes, await wire.Reader.ReadAsync(3001));
        await wire.Reader.CompleteAsync();
    }

    [Fact]
    public async Task Flush_NobodyReadsAnyMore_SaysSo()
    {
        Pipe wire = new(new PipeOptions(Memory));
        RecordWriter writer = new(wire.Writer, Record, Memory);
        await wire.Reader.CompleteAsync();

        Assert.True((await writer.WriteAsync(Bytes(5000))).IsCompleted);

        await writer.CompleteAsync(new IOException("over"));
    }

    private MemoryPool<byte> Memory => Pool.AsMemoryPool(BufferTag.Test, Account);

    private static byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    private sealed class FlushSizes(PipeWriter inner) : PassingWriter(inner)
    {
        public List<long> Sizes { get; } = [];

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            Sizes.Add(UnflushedBytes);
            return base.FlushAsync(cancellationToken);
        }
    }
}
