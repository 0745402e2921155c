namespace Umbra.Core.Memory;

/// <summary>A slab that was taken out of a free list.</summary>
/// <param name="WasInSlot">Its one block was in a slot, where it is not counted as kept in stacks.</param>
internal readonly record struct DroppedSlab(Slab Slab, bool WasInSlot);
