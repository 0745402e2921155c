namespace Umbra.Core.Memory;

/// <summary>What one account has out under one tag, without the accounts below it.</summary>
/// <param name="Bytes">In block sizes.</param>
/// <param name="SettledBlocks">Those of them rented so long ago as was asked for.</param>
/// <param name="SettledBytes">Bytes of <paramref name="SettledBlocks"/>.</param>
public sealed record HeldBlocks(Account Account, BufferTag Tag, long Blocks, long Bytes, long SettledBlocks, long SettledBytes);
