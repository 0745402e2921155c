namespace Umbra.Api;

/// <summary>One node this node knows.</summary>
/// <param name="Addresses">Where links reach it.</param>
/// <param name="Fingerprint">SHA-256 of its certificate, hexadecimal.</param>
internal sealed record NodeInfo(
    string Name,
    NodeState State,
    IReadOnlyList<string> Addresses,
    string? Fingerprint = null,
    DateTimeOffset? JoinedAt = null,
    int Links = 0);
