using System.Buffers;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;

namespace Umbra.Sessions.Nodes;

/// <summary>The inviting side of an enrolment: one request, one answer, then the connection is done.</summary>
/// <param name="addresses">Where the joining node reaches this one, best first; see <see cref="NodeAddresses.Reachable"/>.</param>
public sealed class EnrolmentServer(
    NodeState state, IReadOnlyList<string> addresses, BufferPool pool, Account account, ILogger<EnrolmentServer> log)
{
    private const string Spent = "the invite was used or has expired; ask for another: umbra node invite";

    /// <summary>
    /// Serves one connection whose client is a <see cref="PeerKind.Invite"/>; the stream stays the caller's. The invite is spent before the
    /// peer is enrolled and answered: a crash in between costs an invite, never lets two in. A refusal leaves it as it was.
    /// </summary>
    /// <returns>The new peer, or null where it was refused or said nothing.</returns>
    /// <exception cref="ProtocolException">What came is not an enrolment.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, or nothing came for 30 seconds.</exception>
    public async Task<Peer?> HandleAsync(Stream stream, PeerIdentity invited, CancellationToken cancellationToken)
    {
        string invite = invited.InviteKey ?? throw new ArgumentException("not the holder of an invite", nameof(invited));
        using CancellationTokenSource timeout = new(EnrolmentLimits.Timeout, state.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        EnrolmentChannel channel = new(stream, pool, account);
        EnrolRequest? request;
        using (EnrolmentFrame? frame = await channel.ReceiveAsync(either.Token))
        {
            request = frame is null ? null : Read(frame);
        }

        if (request is null)
        {
            return null;
        }

        if (!NodeCertificates.TryReadSigningRequest(request.SigningRequest, out PublicKey? key))
        {
            throw new ProtocolException("a certificate request that does not hold");
        }

        if (TryEnrol(request, key, invite, out X509Certificate2? certificate, out Peer? peer) is { } refusal)
        {
            log.LogInformation("refused to enrol {Name}: {Reason}", request.Name, refusal);
            await channel.SendAsync(new EnrolRefused(refusal), either.Token);
            return null;
        }

        using (certificate)
        {
            NodeIdentity self = state.Identity;
            EnrolAnswer answer = new(self.Name, certificate!.RawData, self.Authority.RawData, NodeAddresses.Of(addresses));
            log.LogInformation("enrolled {Name}, key {Key}", peer!.Name, peer.KeyHash[..16]);
            await channel.SendAsync(answer, either.Token);
        }

        return peer;
    }

    private static EnrolRequest Read(EnrolmentFrame frame)
    {
        if (frame.Type != EnrolRequest.Type)
        {
            throw new ProtocolException($"frame of type {frame.Type} where an enrolment request is due");
        }

        SequenceReader<byte> reader = new(frame.Payload);
        return EnrolRequest.TryRead(ref reader, out EnrolRequest? request) && reader.End
            ? request!
            : throw new ProtocolException("an enrolment request whose lengths do not add up");
    }

    /// <summary>Null where it is done; else the refusal, in words for the joining side.</summary>
    private string? TryEnrol(EnrolRequest request, PublicKey key, string invite, out X509Certificate2? certificate, out Peer? peer)
    {
        certificate = null;
        peer = null;
        string keyHash = NodeCertificates.KeyHash(key);
        IReadOnlyList<Peer> lost;
        lock (state.Gate)
        {
            NodeIdentity self = state.Identity;
            if (NodeNames.Same(request.Name, self.Name) || keyHash == self.KeyHash)
            {
                return $"{self.Name} is this node's own name; choose another with: umbra node init --name NAME";
            }

            if (state.Peers.WhyNot(request.Name, keyHash) is { } reason)
            {
                return reason;
            }

            if (!self.IsIssuer)
            {
                return Spent;
            }

            // A certificate is worth nothing before its key is in the list, so it may be made before the invite is spent.
            DateTimeOffset now = state.Time.GetUtcNow();
            certificate = self.Issue(request.Name, key, now);
            if (!state.Invites.TryUse(invite, request.Name))
            {
                return Spent;
            }

            peer = new Peer(request.Name, NodeAddresses.Of(request.Addresses), certificate.SerialNumber, keyHash, now);
            lost = state.Peers.Enrol(peer);
        }

        state.Peers.Announce(lost);
        return null;
    }
}
