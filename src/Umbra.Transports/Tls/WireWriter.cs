using System.IO.Pipelines;

namespace Umbra.Transports.Tls;

/// <summary>Below TLS: notes when the wire takes nothing any more.</summary>
internal sealed class WireWriter(PipeWriter inner) : PassingWriter(inner)
{
    private volatile bool _isClosed;

    public bool IsClosed => _isClosed;

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => NoteAsync(base.FlushAsync(cancellationToken));

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
        NoteAsync(base.WriteAsync(source, cancellationToken));

    private async ValueTask<FlushResult> NoteAsync(ValueTask<FlushResult> flush)
    {
        FlushResult result = await flush;
        _isClosed |= result.IsCompleted;
        return result;
    }
}
