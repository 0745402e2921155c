namespace Umbra.Core.Memory;

/// <summary>
/// An account that must succeed was refused: nothing is left, with all reserves. In NT that was the end, with this stop; here its user is refused as anybody else, but
/// whoever runs the node wants to know.
/// </summary>
/// <param name="Size">Bytes that could not be had.</param>
/// <param name="PagesUsed">Pages of 4 KiB that are out of the pool.</param>
/// <param name="LargeRequests">Blocks larger than a page that are out.</param>
/// <param name="PagesAvailable">Pages left below the limit that refused, or, where the system had no memory, in the must-succeed stock: too few, or in too small blocks.</param>
/// <param name="Account">Name of the account that was refused.</param>
public sealed record StopReport(long Size, long PagesUsed, long LargeRequests, long PagesAvailable, BufferTag Tag, string Account)
{
    /// <summary>MUST_SUCCEED_POOL_EMPTY.</summary>
    public const int Code = 0x41;

    /// <summary>Bytes.</summary>
    public const int PageSize = 4096;

    public override string ToString() => $"STOP 0x{Code:X8} MUST_SUCCEED_POOL_EMPTY (0x{Size:X8}, 0x{PagesUsed:X8}, 0x{LargeRequests:X8}, 0x{PagesAvailable:X8})";
}
