using System.IO.Pipelines;

namespace Umbra.Transports.Tls;

/// <summary>Below TLS: notes when the wire takes nothing any more.</summary>
internal sealed class WireWriter(PipeWriter inner) : PassingWriter(inner)
{
    private volatile bool _isClosed;

    public bool IsClosed => _isClosed;

    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        FlushResult result = await base.FlushAsync(cancellationToken);
        _isClosed |= result.IsCompleted;
        return result;
    }
}
