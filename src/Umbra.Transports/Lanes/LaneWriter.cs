using System.IO.Pipelines;

namespace Umbra.Transports.Lanes;

/// <summary>
/// The writing end of one side of a lane. Where that is broken it takes what is written and says that nobody reads it, as Kestrel's sockets do: TLS above would keep the
/// blocks of what it could not write if a flush failed.
/// </summary>
internal sealed class LaneWriter(Lane lane, PipeWriter inner) : PassingWriter(inner)
{
    private static readonly FlushResult NobodyReads = new(isCanceled: false, isCompleted: true);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        lane.IsBroken ? new(NobodyReads) : CheckAsync(base.FlushAsync(cancellationToken));

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
        lane.IsBroken ? new(NobodyReads) : CheckAsync(base.WriteAsync(source, cancellationToken));

    private async ValueTask<FlushResult> CheckAsync(ValueTask<FlushResult> flush)
    {
        FlushResult result = await flush;
        return result.IsCanceled && lane.IsBroken ? NobodyReads : result;
    }
}
