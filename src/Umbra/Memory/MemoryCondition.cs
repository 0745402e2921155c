using System.Collections.Concurrent;
using Umbra.Core.Memory;

namespace Umbra.Memory;

/// <summary>What <see cref="MemoryGuard"/> has seen, for whoever wants to know. Written by the guard, read from anywhere.</summary>
internal sealed class MemoryCondition
{
    private const int MaxSuspicions = 20;
    private readonly ConcurrentQueue<PoolSuspicion> _suspicions = new();
    private int _level;
    private long _suspected;

    /// <summary>Of the last look.</summary>
    public PressureLevel Level
    {
        get => (PressureLevel)Volatile.Read(ref _level);
        set => Volatile.Write(ref _level, (int)value);
    }

    /// <summary>Growth that looked like a leak, the newest last.</summary>
    public IReadOnlyCollection<PoolSuspicion> Suspicions => _suspicions;

    /// <summary>How often there was any, ever.</summary>
    public long Suspected => Volatile.Read(ref _suspected);

    public void Add(PoolSuspicion suspicion)
    {
        Interlocked.Increment(ref _suspected);
        _suspicions.Enqueue(suspicion);
        while (_suspicions.Count > MaxSuspicions)
        {
            _suspicions.TryDequeue(out _);
        }
    }
}
