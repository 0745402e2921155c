namespace Umbra.Sessions;

/// <summary>What one viewer was sent, and adds to the totals of its kind.</summary>
/// <param name="arrived">Told how long each update took to arrive.</param>
public sealed class ViewerCounters(ViewerTotals totals, Action<TimeSpan>? arrived = null)
{
    private long _updates;
    private long _bytes;
    private ulong _newest;

    public long Updates => Volatile.Read(ref _updates);

    public long Bytes => Volatile.Read(ref _bytes);

    public void Sent(long bytes)
    {
        Interlocked.Increment(ref _updates);
        Interlocked.Add(ref _bytes, bytes);
        totals.Sent(bytes);
    }

    /// <summary>The viewer has answered an update that was begun so long ago: the picture it has is at least that old.</summary>
    public void Arrived(TimeSpan took) => arrived?.Invoke(took);

    /// <summary>See <see cref="ViewerTotals.Shed"/>.</summary>
    public void Shed(string reason) => totals.Shed(reason);

    /// <summary>Of commits between the newest taken before and this one the viewer will see nothing any more. For the one loop that takes.</summary>
    internal void Took(ulong commit)
    {
        if (_newest != 0 && commit > _newest + 1)
        {
            totals.Coalesce(commit - _newest - 1);
        }

        _newest = Math.Max(_newest, commit);
    }
}
