using System.Net.Sockets;
using Umbra.Api;
using Umbra.Core.Memory;
using Umbra.EndToEnd.Tests.Faults;
using Umbra.Sessions.Nodes;
using Umbra.Testing;
using Umbra.Transports;
using Umbra.Transports.Tls;

namespace Umbra.EndToEnd.Tests.BadInput;

/// <summary>
/// A third node, enrolled with the target like any other, of which only the certificate is real: what it says is the test's affair.
/// </summary>
internal sealed class EnrolledNode : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly BufferPool _pool = new();
    private readonly Sessions.Nodes.NodeState _state;
    private readonly string _socket;

    private EnrolledNode(string name, string socket)
    {
        _socket = socket;
        NodeIdentity.Create(_folder.Combine("state"), name, TimeProvider.System).Dispose();
        _state = Sessions.Nodes.NodeState.Open(_folder.Combine("state"), TimeProvider.System);
    }

    public static async Task<EnrolledNode> JoinAsync(NodePair pair, string name, CancellationToken cancellationToken)
    {
        EnrolledNode node = new(name, pair.Target.PathOf("run/link.sock"));
        InviteInfo invite = await pair.TargetApi.InviteNodeAsync(new InviteRequest(), cancellationToken);
        EnrolmentClient client = new(node._state, [], node._pool, node._pool.Root);

        // The strangers of an earlier test may have taken all of this second's places at the door; being turned away there costs no invite.
        await Eventually.TrueAsync(() => TryJoinAsync(node, client, invite, cancellationToken), $"{name} is enrolled");
        return node;
    }

    private static async Task<bool> TryJoinAsync(EnrolledNode node, EnrolmentClient client, InviteInfo invite, CancellationToken cancellationToken)
    {
        try
        {
            await using Stream stream = await node.OpenAsync(cancellationToken);
            await client.JoinAsync(stream, InviteToken.Parse(invite.Token), $"pipe://{node._socket}", force: false, cancellationToken);
            return true;
        }
        catch (EnrolmentException)
        {
            return false;
        }
    }

    /// <summary>A connection on which both certificates are accepted, and nothing has been said.</summary>
    public async Task<LinkTlsStream> ConnectAsync(CancellationToken cancellationToken)
    {
        NodeTls tls = new(_state, Microsoft.Extensions.Logging.Abstractions.NullLogger<NodeTls>.Instance);
        return await LinkTls.ConnectAsync(await OpenAsync(cancellationToken), tls.ClientOptions("server-b"), TransportDrivers.Tcp.MaxTlsRecord, cancellationToken);
    }

    public void Dispose()
    {
        _state.Dispose();
        _pool.Dispose();
        _folder.Dispose();
    }

    private async Task<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socket), cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
