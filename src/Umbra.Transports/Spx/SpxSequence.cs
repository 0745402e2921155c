namespace Umbra.Transports.Spx;

/// <summary>Sequence numbers are 16 bits on the wire and wrap; here they count on.</summary>
internal static class SpxSequence
{
    /// <summary>Most packets that may be under way, so that old ones are told from new ones.</summary>
    public const int MaxWindow = 0x4000;

    /// <summary>The number that looks so on the wire and is nearest to one that is known.</summary>
    public static long Unwrap(ushort wire, long near) => near + (short)(wire - (ushort)near);
}
