using System.IO.Pipelines;

namespace Umbra.Transports.Memory;

/// <summary>The writing end of one side of a lane.</summary>
internal sealed class LaneWriter(MemoryLane lane, PipeWriter inner) : PipeWriter
{
    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        lane.ThrowIfBroken();
        FlushResult result = await inner.FlushAsync(cancellationToken);
        if (result.IsCanceled)
        {
            lane.ThrowIfBroken();
        }

        return result;
    }

    public override void Advance(int bytes) => inner.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);
}
