namespace Umbra.Core.Memory;

/// <summary>
/// Something a user of the pool did wrong, in the words of NT's bug checks. Only a <see cref="PoolVerifier"/> finds them.
/// </summary>
/// <param name="Code">Which bug check.</param>
/// <param name="Kind">Its first parameter: what kind of fault.</param>
/// <param name="Tag">Of the block at hand.</param>
/// <param name="Bytes">Asked for when it was rented.</param>
/// <param name="Text">For people: what happened to which block.</param>
/// <param name="RentedAt">The stack that rented it, empty where it was not recorded.</param>
public sealed record PoolFault(int Code, int Kind, BufferTag Tag, long Bytes, string Text, string RentedAt)
{
    /// <summary>BAD_POOL_CALLER.</summary>
    public const int BadPoolCaller = 0xC2;

    /// <summary>DRIVER_VERIFIER_DETECTED_VIOLATION.</summary>
    public const int VerifierViolation = 0xC4;

    /// <summary>With <see cref="BadPoolCaller"/>: the block was returned before.</summary>
    public const int DoubleFree = 0x07;

    /// <summary>With <see cref="BadPoolCaller"/>: a free block was written to.</summary>
    public const int WriteAfterFree = 0x04;

    /// <summary>With <see cref="VerifierViolation"/>: somebody wrote past the end of a block.</summary>
    public const int Overrun = 0x51;

    /// <summary>With <see cref="VerifierViolation"/>: an account was closed while blocks of its were out.</summary>
    public const int LeftBehind = 0x62;

    public override string ToString() =>
        $"{(Code == BadPoolCaller ? "BAD_POOL_CALLER" : "DRIVER_VERIFIER_DETECTED_VIOLATION")} 0x{Code:X} (0x{Kind:X2}, {Tag.Name()}, {Bytes} bytes): {Text}"
        + (RentedAt.Length > 0 ? $"\nrented at\n{RentedAt}" : "");
}
