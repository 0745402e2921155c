using System.IO.Pipelines;

namespace Umbra.Transports.Lanes;

/// <summary>The writing end of one side of a lane.</summary>
internal sealed class LaneWriter(Lane lane, PipeWriter inner) : PassingWriter(inner)
{
    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        lane.ThrowIfBroken();
        FlushResult result = await base.FlushAsync(cancellationToken);
        if (result.IsCanceled)
        {
            lane.ThrowIfBroken();
        }

        return result;
    }
}
