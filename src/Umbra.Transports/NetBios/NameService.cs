using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Umbra.Transports.Drivers;

namespace Umbra.Transports.NetBios;

/// <summary>
/// Has names at one address of this machine, as a node that finds others by broadcasts (RFC 1001 section 10.1: a B node): claims them, answers who asks, objects where
/// another machine takes them, releases them. Two sockets, so that nothing else of this machine is reachable here: one at the address, one at its network's broadcast
/// address.
/// </summary>
internal sealed partial class NameService : IAsyncDisposable
{
    /// <summary>Broadcasts of a claim (BCAST_REQ_RETRY_COUNT of RFC 1002 section 6).</summary>
    private const int Tries = 3;

    /// <summary>Between them, and for objections to the last (BCAST_REQ_RETRY_TIMEOUT).</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    /// <summary>One packet in and one out. A byte more than a packet may have shows that one is too long.</summary>
    private const int BlockBytes = NamePacket.MaxBytes + 1 + NamePacket.MaxBytes;

    private readonly NameServiceAddress _where;
    private readonly MemoryPool<byte> _pool;
    private readonly TimeProvider _time;
    private readonly DriverCounters _counters;
    private readonly ILogger _logger;
    private readonly SourceLimiter _limiter;
    private readonly NameTable _table;
    private readonly ConcurrentDictionary<ushort, (NetBiosName Name, TaskCompletionSource<IPAddress> Objection)> _claims = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _socket;
    private readonly Socket? _broadcasts;
    private readonly IMemoryOwner<byte> _block;
    private readonly Task _receiving;

    /// <param name="pool">For one packet in and one out, for each socket.</param>
    /// <param name="counters">Told of packets that are malformed, or too many of one source.</param>
    /// <exception cref="IOException">The port cannot be had.</exception>
    public NameService(NameServiceAddress where, MemoryPool<byte> pool, TimeProvider time, DriverCounters counters, ILogger logger)
    {
        _where = where;
        _pool = pool;
        _time = time;
        _counters = counters;
        _logger = logger;
        _limiter = new SourceLimiter(time);
        _table = new NameTable(where.Address, LocalNetwork.Of(where.Address)?.UnitId ?? new byte[6]);
        _socket = Bind(where.Address, where.Port, isShared: false);
        try
        {
            // Windows hands broadcasts to the socket at the address.
            _broadcasts = OperatingSystem.IsWindows() ? null : Bind(where.Broadcast, where.Port, isShared: true);
            _block = pool.Rent(2 * BlockBytes);
        }
        catch
        {
            CloseSockets();
            throw;
        }

        _receiving = Task.WhenAll(
            ReceiveAsync(_socket, _block.Memory[..BlockBytes]),
            _broadcasts is null ? Task.CompletedTask : ReceiveAsync(_broadcasts, _block.Memory.Slice(BlockBytes, BlockBytes)));
    }

    /// <summary>Takes names unless somebody objects, which takes three quarters of a second.</summary>
    /// <exception cref="IOException">Another machine has one of them, or a listener of this process, or the wire failed.</exception>
    public async Task ClaimAsync(NetBiosName[] names, CancellationToken cancellationToken)
    {
        Dictionary<ushort, (NetBiosName Name, TaskCompletionSource<IPAddress> Objection)> claims = [];
        ushort transaction = NewTransaction();
        foreach (NetBiosName name in names)
        {
            claims[transaction] = _claims[transaction] = (name, new TaskCompletionSource<IPAddress>(TaskCreationOptions.RunContinuationsAsynchronously));
            transaction++;
        }

        try
        {
            Task<Task<IPAddress>> objection = Task.WhenAny(claims.Values.Select(c => c.Objection.Task));
            for (int i = 0; i < Tries && !objection.IsCompleted; i++)
            {
                foreach ((ushort claim, (NetBiosName name, _)) in claims)
                {
                    await BroadcastAsync(packet => NamePacket.WriteRegistration(packet, claim, name, _where.Address), cancellationToken);
                }

                await Task.WhenAny(objection, Task.Delay(Patience, _time, cancellationToken));
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (objection.IsCompleted)
            {
                NetBiosName taken = claims.Values.First(c => c.Objection.Task.IsCompleted).Name;
                throw new TransportException(TransportError.InUse, $"another machine, at {await await objection}, has the NetBIOS name {taken}: choose another name, or end what has it there");
            }
        }
        finally
        {
            foreach (ushort claim in claims.Keys)
            {
                _claims.TryRemove(claim, out _);
            }
        }

        if (!_table.TryAdd(names))
        {
            throw new TransportException(TransportError.InUse, $"this process has the NetBIOS name {names[0]} already, or as many names at {_where.Address} as fit into a packet");
        }
    }

    /// <summary>Gives names up, and says so.</summary>
    public async Task ReleaseAsync(NetBiosName[] names)
    {
        _table.Remove(names);
        try
        {
            foreach (NetBiosName name in names)
            {
                await BroadcastAsync(packet => NamePacket.WriteRelease(packet, NewTransaction(), name, _where.Address), CancellationToken.None);
            }
        }
        catch (IOException exception)
        {
            _logger.LogInformation("{Reason}: others believe for a while that the names {Names} are taken", exception.Message, string.Join(", ", names));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _receiving;
        _block.Dispose();
        CloseSockets();
        _stop.Dispose();
    }

    private static ushort NewTransaction() => (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);

    private static Socket Bind(IPAddress address, int port, bool isShared)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { EnableBroadcast = true };
        try
        {
            // Whoever serves another address of the same network hears its broadcasts as well.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, isShared);
            socket.Bind(new IPEndPoint(address, port));
            return socket;
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw Ports.Failure($"cannot have NetBIOS names at UDP port {port} of {address}", port, exception, "names");
        }
    }

    private void CloseSockets()
    {
        _socket.Dispose();
        _broadcasts?.Dispose();
    }

    private async Task BroadcastAsync(Func<Span<byte>, int> write, CancellationToken cancellationToken)
    {
        using IMemoryOwner<byte> block = _pool.Rent(NamePacket.MaxBytes);
        int length = write(block.Memory.Span);
        try
        {
            await _socket.SendToAsync(block.Memory[..length], SocketFlags.None, new IPEndPoint(_where.Broadcast, _where.Port), cancellationToken);
        }
        catch (SocketException exception)
        {
            throw new TransportException(TransportException.KindOf(exception), $"cannot send to {_where.Broadcast}, where NetBIOS names are told: {exception.Message}", exception);
        }
    }

    /// <summary>Goes on whatever comes.</summary>
    private async Task ReceiveAsync(Socket socket, Memory<byte> block)
    {
        Memory<byte> received = block[..(NamePacket.MaxBytes + 1)];
        Memory<byte> reply = block[received.Length..];
        SocketAddress source = new(AddressFamily.InterNetwork);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                int length = await socket.ReceiveFromAsync(received, SocketFlags.None, source, _stop.Token);
                int replyLength = Handle(received.Span[..length], source, reply.Span);
                if (replyLength > 0)
                {
                    await ReplyAsync(reply[..replyLength], source);
                }
            }
            catch (SocketException exception)
            {
                // A network that is down: it must not be asked again at once.
                LogTrouble(_where.Address, _where.Port, exception.Message);
                await Task.Delay(Patience, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
            }
        }
    }

    /// <summary>A source that nothing can be sent to was forged.</summary>
    private async Task ReplyAsync(ReadOnlyMemory<byte> reply, SocketAddress source)
    {
        try
        {
            await _socket.SendToAsync(reply, SocketFlags.None, source, _stop.Token);
        }
        catch (SocketException)
        {
            _counters.AddDropped(1);
        }
    }

    private int Handle(ReadOnlySpan<byte> bytes, SocketAddress source, Span<byte> reply)
    {
        // sockaddr_in: family:2, port:2, address:4.
        uint address = BinaryPrimitives.ReadUInt32LittleEndian(source.Buffer.Span[4..]);
        bool isHeard;
        lock (_limiter)
        {
            isHeard = _limiter.TryPass(address);
        }

        if (!isHeard || !NamePacket.TryRead(bytes, out NamePacket packet))
        {
            _counters.AddDropped(1);
            return 0;
        }

        if (packet is { IsResponse: true, Operation: NameOperation.Registration, HasFailed: true }
            && _claims.TryGetValue(packet.Transaction, out (NetBiosName Name, TaskCompletionSource<IPAddress> Objection) claim) && claim.Name == packet.Name)
        {
            claim.Objection.TrySetResult(new IPAddress(address));
        }

        return _table.Answer(packet, reply);
    }

    [LoggerMessage(LogLevel.Information, "NetBIOS names at {Address}, UDP port {Port}: {Reason}")]
    private partial void LogTrouble(IPAddress address, int port, string reason);
}
