namespace Umbra.Core.Memory;

/// <summary>One rent of a block, as somebody else sees it.</summary>
internal readonly record struct BlockRent(Account Account, BufferTag Tag, int Bytes, int Epoch, int Generation);
