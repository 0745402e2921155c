namespace Umbra.Sessions.Nodes;

/// <summary>An enrolled node.</summary>
/// <param name="Name">See <see cref="NodeNames"/>.</param>
/// <param name="Addresses">Where it listens, best first: pipe:///run/x.sock, tcp://host:port.</param>
/// <param name="Serial">Of the certificate it was enrolled with.</param>
/// <param name="KeyHash">SHA-256 of its public key, upper-case hex: what it is recognised by.</param>
/// <param name="RevokedAt">From then on it gets nothing.</param>
public sealed record Peer(
    string Name,
    IReadOnlyList<string> Addresses,
    string Serial,
    string KeyHash,
    DateTimeOffset EnrolledAt,
    DateTimeOffset? RevokedAt = null)
{
    public bool IsRevoked => RevokedAt is not null;
}
