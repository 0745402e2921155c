using System.Security.Authentication;
using Umbra.Transports;
using Umbra.Transports.Tls;

namespace Umbra.Sessions.Nodes;

/// <summary>Connects to enrolled peers, each at the first of its addresses at which it answers and proves who it is.</summary>
public sealed class PeerConnector(NodeState state, NodeTls tls, TransportConnectors connectors)
{
    /// <summary>
    /// For one address, connecting and TLS handshake together: one that swallows everything must not keep the next from being tried.
    /// </summary>
    public static readonly TimeSpan AddressTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How often one that was reached at a worse address is tried at the better ones.</summary>
    public static readonly TimeSpan BetterEvery = TimeSpan.FromSeconds(15);

    /// <exception cref="IOException">The peer is not enrolled, or was not reached; the message tells about its last address.</exception>
    public Task<PeerConnection> ConnectAsync(string name, CancellationToken cancellationToken) => ConnectAsync(name, int.MaxValue, cancellationToken);

    /// <summary>Waits until the peer can be reached at a better address than the one of this rank.</summary>
    public async Task<PeerConnection> ConnectBetterAsync(string name, int rank, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(BetterEvery, state.Time, cancellationToken);
            try
            {
                return await ConnectAsync(name, rank, cancellationToken);
            }
            catch (IOException)
            {
                // Later, perhaps.
            }
        }
    }

    private async Task<PeerConnection> ConnectAsync(string name, int below, CancellationToken cancellationToken)
    {
        Peer peer = state.Peers.Find(name) ?? throw new IOException($"no node {name} is enrolled here");
        IOException last = new($"no address of {name} is known");
        for (int rank = 0; rank < peer.Addresses.Count && rank < below; rank++)
        {
            try
            {
                (LinkTlsStream stream, TransportDriver driver) = await ConnectAsync(name, peer.Addresses[rank], null, cancellationToken);
                return new PeerConnection(stream, driver, rank);
            }
            catch (IOException exception)
            {
                last = exception;
            }
        }

        throw last;
    }

    /// <summary>At this address alone.</summary>
    /// <param name="name">Null: whichever enrolled peer answers there.</param>
    /// <param name="connected">Called between connecting and the TLS handshake.</param>
    /// <exception cref="IOException">It was not reached.</exception>
    public async Task<(LinkTlsStream Stream, TransportDriver Driver)> ConnectAsync(
        string? name, string text, Action? connected, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = new(AddressTimeout, state.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            TransportAddress address = TransportAddress.Parse(text);
            Stream wire = await connectors.ConnectAsync(address, either.Token);
            connected?.Invoke();
            return (await LinkTls.ConnectAsync(wire, tls.ClientOptions(name), address.Driver.MaxTlsRecord, either.Token), address.Driver);
        }
        catch (AuthenticationException exception)
        {
            throw new IOException($"who answers at {text} is not {name ?? "an enrolled node"}, or speaks no TLS 1.3; this node's log says more", exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"{text} did not answer in {AddressTimeout.TotalSeconds:0} seconds", exception);
        }
        catch (Exception exception) when (exception is FormatException or NotSupportedException)
        {
            throw new IOException(exception.Message, exception);
        }
    }
}
