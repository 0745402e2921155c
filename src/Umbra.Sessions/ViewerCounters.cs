namespace Umbra.Sessions;

/// <summary>What one viewer was sent.</summary>
public sealed class ViewerCounters
{
    private long _updates;
    private long _bytes;

    public long Updates => Volatile.Read(ref _updates);

    public long Bytes => Volatile.Read(ref _bytes);

    public void Sent(long bytes)
    {
        Interlocked.Increment(ref _updates);
        Interlocked.Add(ref _bytes, bytes);
    }
}
