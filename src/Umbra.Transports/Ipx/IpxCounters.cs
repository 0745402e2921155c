namespace Umbra.Transports.Ipx;

/// <summary>What an IPX layer has received, sent and dropped so far, in packets. Thread-safe.</summary>
internal sealed class IpxCounters
{
    private readonly long[] _dropped = new long[Enum.GetValues<IpxDrop>().Length];
    private long _received;
    private long _sent;

    /// <summary>Handed to a socket.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>Taken by the system.</summary>
    public long Sent => Volatile.Read(ref _sent);

    public long this[IpxDrop reason] => Volatile.Read(ref _dropped[(int)reason]);

    public void CountReceived() => Interlocked.Increment(ref _received);

    public void CountSent(int packets) => Interlocked.Add(ref _sent, packets);

    public void Drop(IpxDrop reason, int packets = 1) => Interlocked.Add(ref _dropped[(int)reason], packets);

    public override string ToString() =>
        $"received {Received}, sent {Sent}{string.Concat(Enum.GetValues<IpxDrop>().Where(d => this[d] > 0).Select(d => $", {d} {this[d]}"))}";
}
