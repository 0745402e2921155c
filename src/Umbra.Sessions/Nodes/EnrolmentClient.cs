using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;

namespace Umbra.Sessions.Nodes;

/// <summary>The joining side of an enrolment.</summary>
/// <param name="listening">What this node listens on, best first.</param>
public sealed class EnrolmentClient(NodeState state, IReadOnlyList<string> listening, BufferPool pool, Account account)
{
    // With TLS 1.3 a refused client's handshake succeeds; it learns by the connection ending.
    private const string Closed = "the node closed the connection without a word: the token was used or has expired; "
        + "ask for another there: umbra node invite";

    /// <summary>Call before connecting: says no where joining would lose this node its peers.</summary>
    /// <exception cref="EnrolmentException">It would, and <paramref name="force"/> is not given.</exception>
    public void RequireMayJoin(InviteToken token, bool force)
    {
        if (!force && state.WhyNotJoin(token) is { } reason)
        {
            throw new EnrolmentException(reason);
        }
    }

    /// <summary>
    /// Does TLS over <paramref name="transport"/>, enrols, and makes this node a member under the inviter's authority: its key stays, its
    /// certificate, authority and peers change in one step, after everything was verified. The transport stays the caller's, but is of no
    /// more use.
    /// </summary>
    /// <param name="joinedAt">The address the transport was connected to; kept as the inviter's first.</param>
    /// <returns>The inviting node, now our peer.</returns>
    /// <exception cref="EnrolmentException">Refused, not the node the token names, or an answer that does not hold; nothing has
    /// changed.</exception>
    public async Task<Peer> JoinAsync(Stream transport, InviteToken token, string joinedAt, bool force, CancellationToken cancellationToken)
    {
        RequireMayJoin(token, force);
        using CancellationTokenSource timeout = new(EnrolmentLimits.Timeout, state.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await using SslStream tls = new(transport, leaveInnerStreamOpen: true);
            await tls.AuthenticateAsClientAsync(NodeTls.JoinOptions(token, state.Time), either.Token);
            IReadOnlyList<string> addresses = NodeAddresses.Reachable(listening, (transport as NetworkStream)?.Socket.LocalEndPoint);
            return await ExchangeAsync(tls, addresses, token, joinedAt, force, either.Token);
        }
        catch (AuthenticationException e)
        {
            throw new EnrolmentException($"the node at {joinedAt} is not the one the token is from, or did not accept the token", e);
        }
        catch (IOException e)
        {
            throw new EnrolmentException(Closed, e);
        }
        catch (ProtocolException e)
        {
            throw new EnrolmentException($"the node at {joinedAt} sent what is not an enrolment: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new EnrolmentException($"the node at {joinedAt} did not answer in {EnrolmentLimits.Timeout.TotalSeconds:0} seconds", e);
        }
    }

    private async Task<Peer> ExchangeAsync(
        SslStream tls, IReadOnlyList<string> addresses, InviteToken token, string joinedAt, bool force, CancellationToken cancellationToken)
    {
        NodeIdentity self = state.Identity;
        EnrolmentChannel channel = new(tls, pool, account);
        await channel.SendAsync(new EnrolRequest(self.Name, self.CreateSigningRequest(), addresses), cancellationToken);
        EnrolAnswer answer;
        using (EnrolmentFrame frame = await channel.ReceiveAsync(cancellationToken) ?? throw new EnrolmentException(Closed))
        {
            answer = Read(frame);
        }

        if (!NodeCertificates.TryReadCertificate(answer.Certificate, out X509Certificate2? certificate)
            || !NodeCertificates.TryReadCertificate(answer.Authority, out X509Certificate2? authority))
        {
            throw new ProtocolException("a certificate that cannot be read");
        }

        X509Certificate2 inviter = (X509Certificate2)tls.RemoteCertificate!;
        Verify(self, answer.Name, inviter, certificate, authority);
        IReadOnlyList<string> inviterAddresses = NodeAddresses.Of([joinedAt, .. answer.Addresses]);
        Peer peer = new(answer.Name, inviterAddresses, inviter.SerialNumber, NodeCertificates.KeyHash(inviter), state.Time.GetUtcNow());
        RequireMayJoin(token, force);
        state.Adopt(peer, certificate, authority);
        return peer;
    }

    private static EnrolAnswer Read(EnrolmentFrame frame)
    {
        SequenceReader<byte> reader = new(frame.Payload);
        if (frame.Type == EnrolRefused.Type && EnrolRefused.TryRead(ref reader, out EnrolRefused? refused))
        {
            throw new EnrolmentException($"the node refused: {refused!.Text}");
        }

        if (frame.Type != EnrolAnswer.Type)
        {
            throw new ProtocolException($"frame of type {frame.Type} where an enrolment answer is due");
        }

        return EnrolAnswer.TryRead(ref reader, out EnrolAnswer? answer) && reader.End
            ? answer!
            : throw new ProtocolException("an enrolment answer whose lengths do not add up");
    }

    /// <summary>
    /// TLS has proven that the other side holds the key the token names. So its word on what its authority is counts, if all agrees: that
    /// authority issued both its certificate and ours, each for the right name, ours for our key.
    /// </summary>
    private void Verify(NodeIdentity self, string name, X509Certificate2 inviter, X509Certificate2 certificate, X509Certificate2 authority)
    {
        DateTimeOffset now = state.Time.GetUtcNow();
        bool holds = !NodeNames.Same(name, self.Name)
            && NodeCertificates.IsAuthority(authority)
            && NodeCertificates.Check(inviter, authority, NodeCertificates.ServerUse, now) is null
            && NodeCertificates.IsFor(inviter, name)
            && NodeCertificates.Check(certificate, authority, NodeCertificates.ServerUse, now) is null
            && NodeCertificates.Check(certificate, authority, NodeCertificates.ClientUse, now) is null
            && NodeCertificates.IsFor(certificate, self.Name)
            && NodeCertificates.KeyHash(certificate) == self.KeyHash;
        if (!holds)
        {
            throw new EnrolmentException(
                "the node's answer does not hold together (certificates, names, or the clocks of the two nodes); nothing was changed");
        }
    }
}
