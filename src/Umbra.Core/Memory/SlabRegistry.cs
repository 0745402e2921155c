namespace Umbra.Core.Memory;

/// <summary>All slabs the pool holds, whoever has their blocks. Its lock is taken when a slab comes or goes, not when a block does.</summary>
internal sealed class SlabRegistry
{
    private readonly List<Slab> _slabs = [];
    private readonly Lock _gate = new();
    private long _bytes;

    /// <summary>Bytes of all of them.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    public void Add(Slab slab)
    {
        lock (_gate)
        {
            slab.Place = _slabs.Count;
            _slabs.Add(slab);
            _bytes += slab.Bytes;
        }
    }

    public void Remove(Slab slab)
    {
        lock (_gate)
        {
            Slab last = _slabs[^1];
            _slabs[slab.Place] = last;
            last.Place = slab.Place;
            _slabs.RemoveAt(_slabs.Count - 1);
            _bytes -= slab.Bytes;
        }
    }

    /// <summary>Those that are there now, to be walked without a lock.</summary>
    public Slab[] ToArray()
    {
        lock (_gate)
        {
            return [.. _slabs];
        }
    }
}
