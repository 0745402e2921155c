namespace Umbra.Core.Memory;

/// <summary>Blocks that are out under one tag and account and were rented at one place.</summary>
/// <param name="Since">When the oldest of them was rented.</param>
/// <param name="Stack">Where; empty where it was not recorded.</param>
public readonly record struct OutstandingBlocks(BufferTag Tag, Account Account, int Blocks, long Bytes, DateTimeOffset Since, string Stack);
