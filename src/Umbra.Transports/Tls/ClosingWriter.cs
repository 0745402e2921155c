using System.IO.Pipelines;

namespace Umbra.Transports.Tls;

/// <summary>
/// Says when nobody is there any more. Kestrel's TLS takes what is written for a peer that has gone and drops it, so that a flush always succeeds
/// and a writer that does not also read would go on for ever.
/// </summary>
internal sealed class ClosingWriter(PipeWriter inner, CancellationToken closed) : PipeWriter
{
    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        FlushResult result = await inner.FlushAsync(cancellationToken);
        return closed.IsCancellationRequested ? new FlushResult(result.IsCanceled, isCompleted: true) : result;
    }

    public override void Advance(int bytes) => inner.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);
}
