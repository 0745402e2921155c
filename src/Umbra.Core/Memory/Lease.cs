namespace Umbra.Core.Memory;

/// <summary>
/// One rented block, owned by whoever holds this value: dispose it exactly once (a second call does nothing). A method that takes
/// a <see cref="Lease"/> takes the ownership too; one that only looks takes a span. <c>default</c> is an empty lease.
/// </summary>
public readonly struct Lease : IDisposable
{
    private readonly Block? _block;
    private readonly int _generation;

    internal Lease(Block block, int generation)
    {
        _block = block;
        _generation = generation;
    }

    public bool IsEmpty => _block is null;

    /// <summary>Bytes asked for. The block behind may be larger.</summary>
    public int Length => _block is null ? 0 : Held.Length;

    /// <summary>All bytes of the block, at least <see cref="Length"/>.</summary>
    public int Capacity => _block is null ? 0 : Held.Capacity;

    public Span<byte> Span => _block is null ? default : Held.Span;

    public Memory<byte> Memory => _block is null ? default : Held.Memory;

    private Block Held => _block!.Generation == _generation
        ? _block
        : throw new ObjectDisposedException(nameof(Lease), "the block was returned to the pool");

    /// <summary>Hands the block to a reference-counted owner; this value must not be used any more.</summary>
    public SharedLease Share() => new(this);

    public void Dispose() => _block?.Release(_generation);
}
