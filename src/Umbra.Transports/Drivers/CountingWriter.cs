using System.IO.Pipelines;

namespace Umbra.Transports.Drivers;

/// <summary>Counts what is sent.</summary>
internal sealed class CountingWriter(PipeWriter inner, DriverCounters counters) : PassingWriter(inner)
{
    public override void Advance(int bytes)
    {
        counters.AddSent(bytes);
        base.Advance(bytes);
    }

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        counters.AddSent(source.Length);
        return base.WriteAsync(source, cancellationToken);
    }
}
