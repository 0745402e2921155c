using System.Buffers;
using System.IO.Pipelines;

namespace Umbra.Transports.Drivers;

/// <summary>Counts what is read and consumed.</summary>
internal sealed class CountingReader(PipeReader inner, DriverCounters counters) : PipeReader
{
    private ReadOnlySequence<byte> _read;

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        ReadResult result = await inner.ReadAsync(cancellationToken);
        _read = result.Buffer;
        return result;
    }

    public override bool TryRead(out ReadResult result)
    {
        bool isRead = inner.TryRead(out result);
        _read = result.Buffer;
        return isRead;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        counters.AddReceived(_read.Slice(0, consumed).Length);
        _read = default;
        inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);
}
