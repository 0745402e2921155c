using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using Umbra.Sessions.Nodes;
using Umbra.Testing;

namespace Umbra.Sessions.Tests.Nodes;

/// <summary>Nodes on one fake clock, and what most tests do with them.</summary>
public abstract class NodeTest : PoolTest
{
    // The two session tickets TLS 1.3 sends before anybody looks at the client's certificate; an alert would be 24 bytes more.
    private protected const string Nothing = "end of stream after 0 bytes, 158 on the wire";
    private readonly List<TestNode> _nodes = [];
    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromSeconds(30));

    private protected FakeTimeProvider Time { get; } = new(DateTimeOffset.UtcNow);

    private protected CancellationToken Timeout => _timeout.Token;

    private protected TestNode NewNode(string name)
    {
        TestNode node = new(name, Time, Pool);
        _nodes.Add(node);
        return node;
    }

    /// <summary>One join, both sides. Returns the inviting side's outcome, or throws the joining side's failure.</summary>
    private protected async Task<Peer?> JoinAsync(TestNode inviter, TestNode joiner, InviteToken token, bool force = false)
    {
        await using Wire wire = await Wire.OpenAsync();
        Task<Peer?> serving = Task.Run(async () =>
        {
            await using (wire.Server)
            {
                return await inviter.ServeAsync(wire.Server, Timeout);
            }
        });
        try
        {
            await joiner.Client.JoinAsync(wire.Client, token, "pipe:///run/joined-at.sock", force, Timeout);
        }
        catch (EnrolmentException)
        {
            await wire.Client.DisposeAsync();
            await Settle(serving);
            throw;
        }

        return await serving;
    }

    private protected async Task<(TestNode Issuer, TestNode Member)> EnrolledPairAsync()
    {
        TestNode issuer = NewNode("server-b");
        TestNode member = NewNode("server-a");
        await JoinAsync(issuer, member, issuer.State.CreateInvite());
        return (issuer, member);
    }

    /// <summary>Null where both sides exchanged bytes under TLS; else what the client saw.</summary>
    private protected async Task<string?> TryLinkAsync(SslClientAuthenticationOptions client, TestNode server)
    {
        await using Wire wire = await Wire.OpenAsync();
        Task serving = Task.Run(async () =>
        {
            await using (wire.Server)
            await using (SslStream tls = new(wire.Server))
            {
                await tls.AuthenticateAsServerAsync(server.Tls.ServerOptions(), Timeout);
                Assert.Equal(SslProtocols.Tls13, tls.SslProtocol);
                Assert.NotEqual(PeerKind.Refused, server.Tls.IdentifyClient((X509Certificate2?)tls.RemoteCertificate).Kind);
                await tls.WriteAsync("hello"u8.ToArray(), Timeout);
            }
        });
        string? seen = await ReadHelloAsync(wire.Client, client);
        await wire.Client.DisposeAsync();
        await Settle(serving);
        return seen;
    }

    private protected Task<string?> TryLinkAsync(TestNode client, TestNode server, string name) =>
        TryLinkAsync(client.Tls.ClientOptions(name), server);

    protected override void Dispose(bool disposing)
    {
        _nodes.ForEach(n => n.Dispose());
        _timeout.Dispose();
        base.Dispose(disposing);
    }

    private async Task<string?> ReadHelloAsync(Stream wire, SslClientAuthenticationOptions options)
    {
        try
        {
            await using CountingStream counting = new(wire);
            await using SslStream tls = new(counting);
            await tls.AuthenticateAsClientAsync(options, Timeout);
            long handshake = counting.BytesRead;
            byte[] hello = new byte[16];
            int got = await tls.ReadAtLeastAsync(hello, 5, throwOnEndOfStream: false, Timeout);
            return got == 5 ? null : $"end of stream after {got} bytes, {counting.BytesRead - handshake} on the wire";
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            return $"{e.GetType().Name}: {e.Message} {e.InnerException?.Message}";
        }
    }

    private static async Task Settle(Task serving)
    {
        try
        {
            await serving;
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            // Refused or hung up on, as the test meant it.
        }
    }
}
