using System.IO.Pipelines;

namespace Umbra.Transports.Tls;

/// <summary>
/// Above TLS: says when the wire below is closed. Kestrel's TLS takes what is written for a peer that has gone and drops it, so that a
/// flush always
/// succeeds and a writer that does not also read would go on for ever.
/// </summary>
internal sealed class TlsWriter(PipeWriter inner, WireWriter wire) : PassingWriter(inner)
{
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => SayAsync(base.FlushAsync(cancellationToken));

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
        SayAsync(base.WriteAsync(source, cancellationToken));

    private async ValueTask<FlushResult> SayAsync(ValueTask<FlushResult> flush)
    {
        FlushResult result = await flush;
        return wire.IsClosed ? new FlushResult(result.IsCanceled, isCompleted: true) : result;
    }
}
