namespace Umbra.Transports.Drivers;

/// <summary>What has gone through a driver since the node started. Thread-safe.</summary>
public sealed class DriverCounters
{
    private readonly long[] _errors = new long[Enum.GetValues<TransportError>().Length];
    private long _received;
    private long _sent;
    private long _connections;
    private long _retransmitted;
    private long _dropped;
    private long _packets;

    /// <summary>Bytes of connections, as those who use them see them.</summary>
    public long Received => Volatile.Read(ref _received);

    public long Sent => Volatile.Read(ref _sent);

    /// <summary>Made and accepted.</summary>
    public long Connections => Volatile.Read(ref _connections);

    /// <summary>Packets, or on TCP segments, that were sent; 0 where the driver has none.</summary>
    public long Packets => Volatile.Read(ref _packets);

    /// <summary>Packets, or on TCP segments, that had to be sent once more.</summary>
    public long Retransmitted => Volatile.Read(ref _retransmitted);

    /// <summary>What came in and was of no use to anybody: damaged, forged, or nobody's.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Raised by <see cref="Sample"/>: whoever does not count while it happens adds what is new.</summary>
    public event Action? Sampling;

    /// <summary>Failures of one kind.</summary>
    public long Errors(TransportError error) => Volatile.Read(ref _errors[(int)error]);

    /// <summary>Brings all counts up to date.</summary>
    public void Sample() => Sampling?.Invoke();

    public void AddReceived(long bytes) => Interlocked.Add(ref _received, bytes);

    public void AddSent(long bytes) => Interlocked.Add(ref _sent, bytes);

    public void AddConnection() => Interlocked.Increment(ref _connections);

    public void AddPackets(long packets) => Interlocked.Add(ref _packets, packets);

    public void AddRetransmitted(long packets) => Interlocked.Add(ref _retransmitted, packets);

    public void AddDropped(long packets) => Interlocked.Add(ref _dropped, packets);

    public void AddError(TransportError error) => Interlocked.Increment(ref _errors[(int)error]);
}
