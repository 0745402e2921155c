using System.Buffers;
using System.IO.Pipelines;

namespace Umbra.Transports.Tls;

/// <summary>
/// Above TLS on a slow wire: a flush goes in pieces, each of which becomes a record of its own. A record is of use only when all of it has arrived, so a large one would keep
/// what stands at its beginning for seconds.
/// </summary>
/// <param name="memory">For what is written and not yet flushed.</param>
internal sealed class RecordWriter(PipeWriter inner, int maxRecord, MemoryPool<byte> memory) : PipeWriter, IDisposable
{
    private readonly Pipe _written = new(new PipeOptions(memory, pauseWriterThreshold: 0, useSynchronizationContext: false));

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _written.Writer.UnflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0) => _written.Writer.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _written.Writer.GetSpan(sizeHint);

    public override void Advance(int bytes) => _written.Writer.Advance(bytes);

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    /// <summary>What a flush that ends early has not taken goes with the next one.</summary>
    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        // Into a pipe that never waits.
        await _written.Writer.FlushAsync(CancellationToken.None);
        FlushResult result = default;
        while (!result.IsCanceled && !result.IsCompleted && TryTake())
        {
            result = await inner.FlushAsync(cancellationToken);
        }

        return result;
    }

    public override void Complete(Exception? exception = null)
    {
        _written.Writer.Complete();
        while (exception is null && TryTake())
        {
        }

        inner.Complete(exception);
        Dispose();
    }

    /// <summary>Gives back what it holds; the inner writer stays as it is.</summary>
    public void Dispose()
    {
        _written.Writer.Complete();
        _written.Reader.Complete();
    }

    /// <summary>Gives the next record to the inner writer.</summary>
    /// <returns>False where there is nothing.</returns>
    private bool TryTake()
    {
        if (!_written.Reader.TryRead(out ReadResult read) || read.Buffer.IsEmpty)
        {
            return false;
        }

        ReadOnlySequence<byte> record = read.Buffer.Slice(0, Math.Min(maxRecord, read.Buffer.Length));
        foreach (ReadOnlyMemory<byte> part in record)
        {
            inner.Write(part.Span);
        }

        _written.Reader.AdvanceTo(record.End);
        return true;
    }
}
