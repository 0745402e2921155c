using Microsoft.Extensions.Logging;
using Umbra.Core.Memory;

namespace Umbra.Memory;

/// <summary>
/// The faults a verifier found, the newest of them. Each is logged when it is found first; one that comes again is counted, and logged with its count now and
/// then: whoever is at fault may be so a thousand times a second. Thread-safe.
/// </summary>
internal sealed partial class FaultBook(TimeProvider time, ILogger logger)
{
    /// <summary>Most different faults kept.</summary>
    public const int Capacity = 100;

    /// <summary>How long one that was logged is only counted.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<(int Code, int Kind, BufferTag Tag, string RentedAt), Entry> _entries = [];
    private long _total;

    /// <summary>All that were found, those that are the same too.</summary>
    public long Total => Volatile.Read(ref _total);

    /// <summary>To be called by whoever is at fault, holding whatever lock: it only writes down, and into the log.</summary>
    public void Add(PoolFault fault)
    {
        DateTimeOffset now = time.GetUtcNow();
        long count;
        bool isToBeLogged;
        lock (_gate)
        {
            _total++;
            Entry entry = Find(fault, now);
            count = ++entry.Count;
            isToBeLogged = count == 1 || now - entry.LoggedAt >= Quiet;
            (entry.Fault, entry.LastAt, entry.LoggedAt) = (fault, now, isToBeLogged ? now : entry.LoggedAt);
        }

        if (isToBeLogged)
        {
            Tell(fault, count);
        }
    }

    /// <summary>The newest first.</summary>
    public IReadOnlyList<FoundFault> Read()
    {
        lock (_gate)
        {
            return [.. _entries.Values.OrderByDescending(e => e.LastAt).Select(e => new FoundFault(e.Fault, e.Count, e.FirstAt, e.LastAt))];
        }
    }

    private Entry Find(PoolFault fault, DateTimeOffset now)
    {
        (int, int, BufferTag, string) key = (fault.Code, fault.Kind, fault.Tag, fault.RentedAt);
        if (_entries.TryGetValue(key, out Entry? entry))
        {
            return entry;
        }

        if (_entries.Count == Capacity)
        {
            _entries.Remove(_entries.MinBy(e => e.Value.LastAt).Key);
        }

        return _entries[key] = new Entry { Fault = fault, FirstAt = now };
    }

    private void Tell(PoolFault fault, long count)
    {
        if (count == 1)
        {
            LogFault(logger, fault);
        }
        else
        {
            LogAgain(logger, count, fault);
        }
    }

    [LoggerMessage(LogLevel.Error, "{Fault}")]
    private static partial void LogFault(ILogger logger, PoolFault fault);

    [LoggerMessage(LogLevel.Error, "{Count} times by now: {Fault}")]
    private static partial void LogAgain(ILogger logger, long count, PoolFault fault);

    private sealed class Entry
    {
        public required PoolFault Fault { get; set; }

        public required DateTimeOffset FirstAt { get; init; }

        public DateTimeOffset LastAt { get; set; }

        public DateTimeOffset LoggedAt { get; set; }

        public long Count { get; set; }
    }
}
