using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Umbra.Transports.Tcp;

namespace Umbra.Transports.Drivers;

/// <summary>A connection that was made: counts what goes through it, and says when it is closed.</summary>
internal sealed class CountedStream(Stream inner, DriverCounters counters, Action<CountedStream> closed) : AsyncStream
{
    private readonly TcpSegments? _segments = inner is NetworkStream network ? TcpSegments.Count(network.Socket, counters) : null;

    /// <summary>What the driver made.</summary>
    public Stream Inner => inner;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = await inner.ReadAsync(buffer, cancellationToken);
        counters.AddReceived(count);
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        counters.AddSent(buffer.Length);
        return inner.WriteAsync(buffer, cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _segments?.Dispose();
            inner.Dispose();
            closed(this);
        }

        base.Dispose(disposing);
    }
}
