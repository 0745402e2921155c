using System.IO.Pipelines;

namespace Umbra.Transports.Lanes;

/// <summary>The writing end of one side of a lane.</summary>
internal sealed class LaneWriter(Lane lane, PipeWriter inner) : PassingWriter(inner)
{
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        lane.ThrowIfBroken();
        return CheckAsync(base.FlushAsync(cancellationToken));
    }

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        lane.ThrowIfBroken();
        return CheckAsync(base.WriteAsync(source, cancellationToken));
    }

    private async ValueTask<FlushResult> CheckAsync(ValueTask<FlushResult> flush)
    {
        FlushResult result = await flush;
        if (result.IsCanceled)
        {
            lane.ThrowIfBroken();
        }

        return result;
    }
}
