using System.Runtime.InteropServices;

namespace Umbra.Core.Memory;

/// <summary>Room for one block. As long as two lines of the cache, so that cores that use neighbouring ones do not take them from each other.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal struct FreeSlot
{
    /// <summary>One block or none; changed by atomic exchange only.</summary>
    [FieldOffset(0)]
    public Block? Block;
}
