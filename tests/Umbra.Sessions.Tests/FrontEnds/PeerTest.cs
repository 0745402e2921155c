using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Umbra.Core.Memory;
using Umbra.Core.Surfaces;
using Umbra.Sessions.FrontEnds;
using Umbra.Sessions.Shadowing;
using Umbra.Sessions.Sources;
using Umbra.Testing;
using Umbra.Transports;
using Umbra.Transports.Memory;

namespace Umbra.Sessions.Tests.FrontEnds;

/// <summary>
/// Sessions and connections inside this process, for tests that are the bad peer. At its end nothing is left in the pool, and no failure in
/// the log.
/// </summary>
public abstract class PeerTest : PoolTest
{
    private readonly MemoryTransport _transport;
    private readonly List<Session> _sessions = [];
    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromSeconds(90));
    private int _lastName;

    protected PeerTest() => _transport = new MemoryTransport(Pool.AsMemoryPool(BufferTag.TdMemory, Account), new TransportOptions { MaxReadBufferSize = 512 * 1024 });

    protected PeerLog Log { get; } = new();

    protected CancellationToken Timeout => _timeout.Token;

    protected Session NewSession(ISessionSource source, string name = "alice", SessionOptions? options = null)
    {
        Session session = new(name, source, Pool, options ?? new SessionOptions(), TimeProvider.System, Log);
        _sessions.Add(session);
        session.Start();
        return session;
    }

    protected Session NewStillSession() => NewSession(new StillSource(new Size(80, 60)));

    /// <summary>The handler runs on the other end, as a listener would run it.</summary>
    protected async Task<Served> ServeAsync(Func<ConnectionContext, Task> handler)
    {
        string name = $"peer{Interlocked.Increment(ref _lastName)}";
        await using IConnectionListener listener = await _transport.BindAsync(new MemoryEndPoint(name), Timeout);
        Stream client = await _transport.ConnectAsync(TransportAddress.Memory(name), Timeout);
        ConnectionContext connection = (await listener.AcceptAsync(Timeout))!;
        return new Served(client, Task.Run(async () =>
        {
            await using (connection)
            {
                await handler(connection);
            }
        }));
    }

    /// <summary>Both ends of a link's wire: the test's, and what a connector returns to the product. The test's end is done when the product has closed its own.</summary>
    protected async Task<(Served Peer, LinkConnection Product)> WireAsync(string peer)
    {
        TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource<IDuplexPipe> pipe = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Served served = await ServeAsync(async connection =>
        {
            pipe.SetResult(connection.Transport);
            await closed.Task;
        });
        return (served, new LinkConnection(await pipe.Task, peer, new Closing(closed)));
    }

    private sealed class Closing(TaskCompletionSource closed) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            closed.TrySetResult();
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>An RFB connection to a session, served with this access.</summary>
    internal async Task<RawRfb> ConnectAsync(RfbAccess access, TimeProvider? time = null) =>
        new(await ServeAsync(connection => RfbConnection.RunAsync(connection, access, time ?? TimeProvider.System, Log)), Timeout);

    /// <summary>What a local listener without password gives.</summary>
    protected static RfbAccess AccessTo(Session session, AccessMode mode = AccessMode.Control, bool isOwner = true) => new()
    {
        Session = session,
        Who = "tester",
        IsOwner = isOwner,
        OpenSeat = new AccessRight(session, mode).OpenSeat,
        IsLocal = true,
    };

    protected override void Dispose(bool disposing)
    {
        foreach (Session session in _sessions)
        {
            Assert.True(session.DisposeAsync().AsTask().Wait(Served.Patience), $"session {session.Name} does not end");
        }

        _timeout.Dispose();
        base.Dispose(disposing);
        Assert.Empty(Log.Failures);
    }
}
