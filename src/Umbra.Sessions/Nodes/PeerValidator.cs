using System.Security.Cryptography.X509Certificates;

namespace Umbra.Sessions.Nodes;

/// <summary>
/// Decides who a certificate stands for. An enrolled peer must be in our list under this key, with a certificate our authority issued
/// for that name and this use, within its dates. The list decides, not the authority alone: a certificate nobody enrolled here, or of a
/// peer that was removed, is a stranger's. The TLS handshake proves that the other side holds the key; this looks only at the certificate.
/// </summary>
public sealed class PeerValidator(NodeState state)
{
    /// <summary>One that connects to us: an enrolled peer, or the holder of an invite that can still be used.</summary>
    public PeerIdentity ValidateClient(X509Certificate2? certificate)
    {
        if (certificate is null)
        {
            return PeerIdentity.Refused("it showed no certificate");
        }

        string key = NodeCertificates.KeyHash(certificate);
        return state.Invites.IsOutstanding(key) ? PeerIdentity.OfInvite(key) : ValidatePeer(certificate, key, NodeCertificates.ClientUse);
    }

    /// <summary>One we connected to: it must be the enrolled peer of exactly this name, or any where there is none.</summary>
    public PeerIdentity ValidateServer(X509Certificate2? certificate, string? name)
    {
        if (certificate is null)
        {
            return PeerIdentity.Refused("it showed no certificate");
        }

        PeerIdentity found = ValidatePeer(certificate, NodeCertificates.KeyHash(certificate), NodeCertificates.ServerUse);
        return name is not null && found.Peer is { } peer && !NodeNames.Same(peer.Name, name) ? PeerIdentity.Refused($"it is {peer.Name}, not {name}") : found;
    }

    private PeerIdentity ValidatePeer(X509Certificate2 certificate, string key, string use)
    {
        if (state.Peers.FindByKey(key) is not { } peer)
        {
            return PeerIdentity.Refused($"its key {key[..16]} is not enrolled here");
        }

        if (NodeCertificates.Check(certificate, state.Identity.Authority, use, state.Time.GetUtcNow()) is { } problem)
        {
            return PeerIdentity.Refused($"{peer.Name}: {problem}");
        }

        return NodeCertificates.IsFor(certificate, peer.Name)
            ? PeerIdentity.Of(peer)
            : PeerIdentity.Refused($"its certificate is not for {peer.Name}, whose key it has");
    }
}
