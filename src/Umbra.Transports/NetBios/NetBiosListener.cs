using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Umbra.Core.Memory;
using Umbra.Transports.Drivers;
using Umbra.Transports.Tcp;

namespace Umbra.Transports.NetBios;

/// <summary>
/// Tdnetb, listening side: has the name, and takes the sessions that call it. Session requests are answered beside each other, so that one who is slow keeps nobody else
/// waiting; how many may be at that, and for how long, is bounded.
/// </summary>
internal sealed partial class NetBiosListener : IConnectionListener
{
    /// <summary>Connections that have no session yet, or that nobody has accepted yet; further ones are closed unheard.</summary>
    public const int MaxPending = 256;

    private static readonly TimeSpan AcceptAgainAfter = TimeSpan.FromMilliseconds(100);

    private readonly NetBiosEndPoint _endPoint;
    private readonly MemoryPool<byte> _memory;
    private readonly DriverContext _context;
    private readonly ILogger _logger;
    private readonly Socket _socket;
    private readonly IAsyncDisposable? _name;
    private readonly Channel<(StreamConnection Session, Socket Socket)> _sessions = Channel.CreateUnbounded<(StreamConnection, Socket)>();
    private readonly ConcurrentDictionary<Socket, Task> _pending = new();
    private readonly CancellationTokenSource _unbound = new();
    private readonly Task _accepting;

    /// <param name="name">Given up when this is unbound.</param>
    private NetBiosListener(NetBiosEndPoint endPoint, Socket socket, IAsyncDisposable? name, MemoryPool<byte> memory, DriverContext context)
    {
        _endPoint = endPoint;
        _socket = socket;
        _name = name;
        _memory = memory;
        _context = context;
        _logger = context.Loggers.CreateLogger<NetBiosListener>();
        _accepting = RunAsync();
    }

    public EndPoint EndPoint => _endPoint;

    /// <param name="memory">Of the sessions.</param>
    /// <exception cref="IOException">The port or the name cannot be had; the message says what to do.</exception>
    public static async Task<NetBiosListener> BindAsync(
        NetBiosEndPoint endPoint, NameServices names, MemoryPool<byte> memory, DriverContext context, CancellationToken cancellationToken)
    {
        Socket socket = Listen(endPoint, context.Options);
        IAsyncDisposable? name = null;
        try
        {
            if (endPoint.NamesPort is { } port)
            {
                IPAddress broadcast = endPoint.Broadcast ?? LocalNetwork.Of(endPoint.Listen)?.Broadcast
                    ?? throw new TransportException(TransportError.Unreachable, $"cannot listen on {endPoint}: this machine is in no network with {endPoint.Listen}");
                name = await names.ClaimAsync(new NameServiceAddress(endPoint.Listen, broadcast, port), endPoint.Name, cancellationToken);
            }

            return new NetBiosListener(endPoint.OnPort(((IPEndPoint)socket.LocalEndPoint!).Port), socket, name, memory, context);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _sessions.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_sessions.Reader.TryRead(out (StreamConnection Session, Socket Socket) accepted))
            {
                Forget(accepted.Socket);
                return accepted.Session;
            }
        }

        return null;
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        await _unbound.CancelAsync();
        await _accepting;
        _socket.Dispose();
        if (_name is not null)
        {
            await _name.DisposeAsync();
        }

        while (_sessions.Reader.TryRead(out (StreamConnection Session, Socket) left))
        {
            left.Session.Abort(new ConnectionAbortedException("the listener was closed"));
            await left.Session.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await UnbindAsync();
        _unbound.Dispose();
    }

    private static Socket Listen(NetBiosEndPoint endPoint, TransportOptions options)
    {
        IPEndPoint at = new(endPoint.Listen, endPoint.Port);
        Socket? socket = null;
        try
        {
            socket = SocketTransportOptions.CreateDefaultBoundListenSocket(at);
            options.SetBuffers(socket);
            socket.Listen(options.Backlog);
            return socket;
        }
        catch (SocketException exception)
        {
            socket?.Dispose();
            throw Ports.Failure($"cannot listen on {endPoint}, TCP port {endPoint.Port} of {endPoint.Listen}", endPoint.Port, exception, "port");
        }
    }

    private async Task RunAsync()
    {
        while (!_unbound.IsCancellationRequested)
        {
            try
            {
                Take(await _socket.AcceptAsync(_unbound.Token));
            }
            catch (SocketException exception)
            {
                // One that went again at once, or no file can be opened just now.
                LogTrouble(_endPoint, exception.Message);
                await Task.Delay(AcceptAgainAfter, _context.Time, _unbound.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
            }
        }

        await Task.WhenAll(_pending.Values);
        _sessions.Writer.Complete();
    }

    private void Take(Socket socket)
    {
        if (_pending.Count >= MaxPending)
        {
            _context.Counters.AddDropped(1);
            socket.Dispose();
            return;
        }

        // The task must be in the table before it can take itself out.
        TaskCompletionSource registered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[socket] = AnswerAsync(socket, registered.Task);
        registered.SetResult();
    }

    /// <summary>Until somebody accepts what comes of it, it counts.</summary>
    private void Forget(Socket socket) => _pending.TryRemove(socket, out _);

    private async Task AnswerAsync(Socket socket, Task registered)
    {
        await registered;
        EndPoint? peer = null;
        string why;
        using CancellationTokenSource late = new(SessionHandshake.Timeout, _context.Time);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _unbound.Token);
        try
        {
            peer = socket.RemoteEndPoint;
            socket.NoDelay = true;
            TcpKeepAlive.Set(socket);
            NetworkStream stream = new(socket, ownsSocket: true);
            (SessionRequest Request, SessionRefusal? Refusal)? answer = await SessionHandshake.AnswerAsync(stream, Check, _memory, stop.Token);
            if (answer is { Refusal: null })
            {
                SessionStream session = new(stream, _memory, _context.Time);
                _sessions.Writer.TryWrite((new StreamConnection(session, SessionWriter.MaxChunkBytes, _endPoint, peer, _memory), socket));
                return;
            }

            why = answer is { } refused ? $"{refused.Request.Calling} calls {refused.Request.Called}: {refused.Refusal}" : "it sent no session request";
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException or QuotaExceededException)
        {
            why = late.IsCancellationRequested ? $"no session request within {SessionHandshake.Timeout.TotalSeconds} s" : exception.Message;
        }

        LogRefused(_endPoint, peer, why);
        _context.Counters.AddDropped(1);
        socket.Dispose();
        Forget(socket);
    }

    private SessionRefusal? Check(NetBiosName called) => called switch
    {
        _ when called == _endPoint.Name => null,
        _ when called.WithSuffix(_endPoint.Name.Suffix) == _endPoint.Name => SessionRefusal.NotListeningOnCalledName,
        _ => SessionRefusal.CalledNameNotPresent,
    };

    [LoggerMessage(LogLevel.Information, "{EndPoint}: {Reason}")]
    private partial void LogTrouble(EndPoint endPoint, string reason);

    [LoggerMessage(LogLevel.Information, "{EndPoint}: no session for {Peer}: {Reason}")]
    private partial void LogRefused(EndPoint endPoint, EndPoint? peer, string reason);
}
