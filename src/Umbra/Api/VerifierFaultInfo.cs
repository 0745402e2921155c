using System.Globalization;
using Umbra.Memory;

namespace Umbra.Api;

/// <summary>A fault of somebody who uses the pool, in the words of NT's bug checks.</summary>
/// <param name="Code">Of the bug check, as in 0xC2.</param>
/// <param name="Kind">Its first parameter: what kind of fault.</param>
/// <param name="Bytes">Of the block, as asked for.</param>
/// <param name="Text">All of it in one sentence.</param>
/// <param name="RentedAt">The stack that rented the block; empty where it was not recorded.</param>
/// <param name="Count">How often it was found.</param>
internal sealed record VerifierFaultInfo(string Code, string Kind, string Tag, long Bytes, string Text, string RentedAt, long Count, DateTimeOffset FirstAt,
    DateTimeOffset LastAt)
{
    public static VerifierFaultInfo From(FoundFault found) => new(
        string.Create(CultureInfo.InvariantCulture, $"0x{found.Fault.Code:X}"), string.Create(CultureInfo.InvariantCulture, $"0x{found.Fault.Kind:X2}"),
        Core.Memory.BufferTags.Name(found.Fault.Tag), found.Fault.Bytes, (found.Fault with { RentedAt = "" }).ToString(), found.Fault.RentedAt, found.Count,
        found.FirstAt, found.LastAt);
}
