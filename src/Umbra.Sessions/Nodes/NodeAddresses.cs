namespace Umbra.Sessions.Nodes;

/// <summary>The form of a transport address, whatever drivers this node has: <c>scheme://rest</c>, printable, no spaces.</summary>
internal static class NodeAddresses
{
    public static bool IsValid(string address)
    {
        int colon = address.IndexOf("://", StringComparison.Ordinal);
        return colon is >= 2 and <= 8 && address.Length is > 6 and <= EnrolmentLimits.MaxAddressBytes
            && address.AsSpan(0, colon).IndexOfAnyExceptInRange('a', 'z') < 0
            && address.AsSpan(colon + 3) is { Length: > 0 } rest && rest.IndexOfAnyExceptInRange('!', '~') < 0;
    }

    /// <summary>The valid ones, each once, as many as a message may hold.</summary>
    public static IReadOnlyList<string> Of(IEnumerable<string> addresses) =>
        [.. addresses.Where(IsValid).Distinct(StringComparer.Ordinal).Take(EnrolmentLimits.MaxAddresses)];
}
