using System.Buffers;

namespace Umbra.Core.Memory;

/// <summary>
/// One rent of a block as an owner, while a verifier watches: the block itself, which is what is handed out otherwise, cannot tell a second dispose from the
/// next user's first.
/// </summary>
internal sealed class VerifiedOwner(Block block, int generation) : IMemoryOwner<byte>
{
    public Memory<byte> Memory => block.AllMemory;

    public void Dispose() => block.Release(generation);
}
