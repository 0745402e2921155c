using System.IO.Pipelines;

namespace Umbra.Transports.Lanes;

/// <summary>The reading end of one side of a lane.</summary>
internal sealed class LaneReader(Lane lane, PipeReader inner) : PipeReader
{
    private volatile bool _isCompleted;

    /// <summary>Who reads here has ended.</summary>
    public bool IsCompleted => _isCompleted;

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        lane.ThrowIfBroken();
        ReadResult result = await inner.ReadAsync(cancellationToken);
        if (result.IsCanceled)
        {
            lane.ThrowIfBroken();
        }

        return result;
    }

    public override bool TryRead(out ReadResult result)
    {
        lane.ThrowIfBroken();
        return inner.TryRead(out result);
    }

    public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null)
    {
        _isCompleted = true;
        inner.Complete(exception);
    }
}
