using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Umbra.Core.Memory;
using Umbra.Core.Surfaces;
using Umbra.Sessions.FrontEnds;
using Umbra.Sessions.Shadowing;
using Umbra.Sessions.Sources.Pattern;
using Umbra.Transports;
using Umbra.Transports.Listening;
using Umbra.Transports.Memory;

namespace Umbra.Sessions.Tests.Sessions;

/// <summary>
/// A target node in this process: one test pattern, a door for viewers and one for links, both over in-memory lanes so narrow that a picture
/// does not fit, and one for viewers over TCP, which knows an end of one direction. Knows the task of every connection it ever served.
/// </summary>
internal sealed class MemoryNode : IAsyncDisposable
{
    public const string SessionName = "pat";
    private const int LaneBytes = 4096;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly MemoryTransport _transport;
    private readonly SessionDirectory _sessions = new();
    private readonly Channel<Task> _served = Channel.CreateUnbounded<Task>();
    private readonly List<ListenerHost> _doors = [];
    private EndPoint? _tcpDoor;
    private int _connected;

    private MemoryNode(BufferPool pool)
    {
        _transport = new MemoryTransport(pool.AsMemoryPool(BufferTag.TdMemory, pool.Root), new TransportOptions { MaxReadBufferSize = LaneBytes });
        PatternSource source = new(new PatternOptions { Size = new Size(160, 120), StepsPerSecond = 120 }, TimeProvider.System);
        Session = new Session(SessionName, source, pool, new SessionOptions(), TimeProvider.System, NullLogger.Instance);
        _sessions.TryAdd(Session);
        Grants = new Grants("target", new ShadowPolicy(AccessMode.Control, 1000), TimeProvider.System, NullLogger.Instance);
    }

    public Session Session { get; }

    public Grants Grants { get; }

    public static async Task<MemoryNode> StartAsync(BufferPool pool)
    {
        MemoryNode node = new(pool);
        RfbAccess access = new()
        {
            Session = node.Session,
            Who = "viewer",
            IsOwner = true,
            OpenSeat = new AccessRight(node.Session, AccessMode.Control).OpenSeat,
            IsLocal = true,
        };
        Func<ConnectionContext, Task> serveViewer = connection =>
            RfbConnection.RunAsync(connection, access, TimeProvider.System, NullLogger.Instance);
        await node.OpenAsync(node._transport, new MemoryEndPoint("viewers"), serveViewer);
        SocketTransportFactory sockets = new(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        node._tcpDoor = (await node.OpenAsync(sockets, new IPEndPoint(IPAddress.Loopback, 0), serveViewer)).EndPoint;
        await node.OpenAsync(node._transport, new MemoryEndPoint("links"), connection => ShadowStack.RunAsync(
            connection.Transport, "target", "near", pool, node._sessions, node.Grants, TimeProvider.System, NullLogger.Instance, connection.ConnectionClosed));
        node.Session.Start();
        return node;
    }

    /// <param name="door">viewers or links.</param>
    public async Task<Stream> ConnectAsync(string door, CancellationToken cancellationToken)
    {
        Stream stream = await _transport.ConnectAsync(TransportAddress.Parse($"memory://{door}"), cancellationToken);
        _connected++;
        return stream;
    }

    /// <summary>A viewer's connection over TCP.</summary>
    public async Task<NetworkStream> ConnectTcpAsync(CancellationToken cancellationToken)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_tcpDoor!, cancellationToken);
        _connected++;
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Every connection ever made has been served to its end, and nothing of it is left in the session. Call last.</summary>
    public async Task NobodyIsLeftAsync()
    {
        using CancellationTokenSource timeout = new(Patience);
        for (int i = 0; i < _connected; i++)
        {
            await (await _served.Reader.ReadAsync(timeout.Token)).WaitAsync(timeout.Token);
        }

        Assert.NotEqual(0, _connected);
        Assert.Empty(Session.Viewers);
        Assert.Empty(Grants.All);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ListenerHost door in _doors)
        {
            await door.DisposeAsync();
        }

        await _sessions.DisposeAsync();
    }

    private async Task<ListenerHost> OpenAsync(IConnectionListenerFactory driver, EndPoint endPoint, Func<ConnectionContext, Task> serve)
    {
        TransportListeners listeners = new([driver], TimeProvider.System, NullLoggerFactory.Instance);
        ListenerHost door = await listeners.ListenAsync(
            endPoint,
            null,
            connection =>
            {
                Task serving = serve(connection);
                _served.Writer.TryWrite(serving);
                return serving;
            },
            new ConnectionLimits(MaxConnections: 10_000, MaxUnauthenticatedPerSecond: 1_000_000), CancellationToken.None);
        _doors.Add(door);
        return door;
    }
}
