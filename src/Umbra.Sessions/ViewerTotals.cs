using System.Collections.Concurrent;

namespace Umbra.Sessions;

/// <summary>
/// What all viewers of one kind were sent by a session since it began. Never goes down: who leaves takes nothing out of it. Thread-safe.
/// </summary>
public sealed class ViewerTotals
{
    private readonly ConcurrentDictionary<string, long> _shed = new(StringComparer.Ordinal);
    private long _updates;
    private long _bytes;
    private long _coalesced;

    public long Updates => Volatile.Read(ref _updates);

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Pictures that some viewer was never sent, because a newer one had taken their place when it could take one: once for each such viewer.</summary>
    public long Coalesced => Volatile.Read(ref _coalesced);

    /// <summary>Viewers shed, by reason.</summary>
    public IReadOnlyDictionary<string, long> ShedByReason => _shed;

    /// <summary>A viewer was put out for the others' sake.</summary>
    /// <param name="reason">One of a handful of fixed words: each is a series of its own for whoever collects them.</param>
    public void Shed(string reason) => _shed.AddOrUpdate(reason, 1, (_, count) => count + 1);

    internal void Sent(long bytes)
    {
        Interlocked.Increment(ref _updates);
        Interlocked.Add(ref _bytes, bytes);
    }

    internal void Coalesce(ulong commits) => Interlocked.Add(ref _coalesced, (long)commits);
}
