using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Umbra.Transports.Sap;

namespace Umbra.Transports.Ipx;

/// <summary>
/// The IPX networks this process is on, one for each address of the machine and UDP port (or hub): drivers share them, and the last socket that is closed closes its
/// network. Thread-safe.
/// </summary>
/// <param name="memory">Of which each network takes a train to send and one for each socket of the system that receives.</param>
internal sealed class IpxNetworks(MemoryPool<byte> memory, TimeProvider time)
{
    private readonly Dictionary<(IPAddress From, int Port, EndPoint? Hub), Entry> _networks = [];
    private SapAgents? _services;

    /// <summary>Service advertising on them.</summary>
    public SapAgents Services => LazyInitializer.EnsureInitialized(ref _services, () => new SapAgents(this, time));

    /// <summary>Opens a socket, and the network where it is the first there. A hub that does not answer keeps nobody else waiting.</summary>
    /// <param name="socket">0: any that is free among those for whoever comes.</param>
    /// <param name="receivedAll">Called from the same loop when packets that came together have all been handed over.</param>
    /// <exception cref="IOException">The socket is in use; or the UDP port is, or may not be used; or the hub does not answer. The message says which.</exception>
    public async ValueTask<IpxSocket> OpenAsync(IpxOptions options, ushort socket, IpxReceiver receiver, CancellationToken cancellationToken, Action? receivedAll = null)
    {
        // A network that is open already is not waited for.
        cancellationToken.ThrowIfCancellationRequested();
        IPEndPoint? hub = await ResolveAsync(options.Hub, cancellationToken);
        IPAddress from = options.From ?? IpxLocal.Find(options, default);
        IPEndPoint local = new(from, hub is null ? options.Port : 0);
        Entry entry = await EnterAsync((from, options.Port, options.Hub), stop => IpxNetwork.OpenAsync(options, hub, local, memory, time, stop), cancellationToken);
        try
        {
            return Open(entry, await entry.Network.WaitAsync(cancellationToken), options, socket, receiver, receivedAll);
        }
        catch
        {
            await LeaveAsync(entry);
            throw;
        }
    }

    /// <summary>Opens the socket of an end point, which is to be this node's.</summary>
    /// <param name="options">See <see cref="IpxEndPoint.ListenOptions"/>.</param>
    /// <exception cref="IOException">As of <see cref="OpenAsync"/>; or the end point is another node's.</exception>
    public async ValueTask<IpxSocket> ListenAsync(
        IpxEndPoint endPoint, IpxOptions options, IpxReceiver receiver, Action receivedAll, CancellationToken cancellationToken)
    {
        IpxSocket socket = await OpenAsync(options, endPoint.Address.Socket, receiver, cancellationToken, receivedAll);
        if (endPoint.Node == default || endPoint.Node == socket.Address.Node)
        {
            return socket;
        }

        await socket.DisposeAsync();
        throw new TransportException(TransportError.Unreachable, $"cannot listen on {endPoint}: this node is {socket.Address.Node}");
    }

    /// <summary>To be followed by <see cref="LeaveAsync"/>.</summary>
    private async ValueTask<Entry> EnterAsync((IPAddress, int, EndPoint?) key, Func<CancellationToken, ValueTask<IpxNetwork>> open, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task closed;
            lock (_networks)
            {
                if (!_networks.TryGetValue(key, out Entry? entry))
                {
                    entry = new Entry(open);
                    _networks.Add(key, entry);
                }

                if (entry.Users >= 0)
                {
                    entry.Users++;
                    return entry;
                }

                closed = entry.Closed;
            }

            await closed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The last one closes the network, and waits until all it had is given back.</summary>
    private async ValueTask LeaveAsync(Entry entry)
    {
        lock (_networks)
        {
            entry.Users = entry.Users == 1 ? Entry.IsClosing : entry.Users - 1;
            if (entry.Users != Entry.IsClosing)
            {
                return;
            }
        }

        try
        {
            await entry.CloseAsync();
        }
        finally
        {
            lock (_networks)
            {
                _networks.Remove(_networks.Single(pair => pair.Value == entry).Key);
            }

            entry.HasClosed();
        }
    }

    private static async ValueTask<IPEndPoint?> ResolveAsync(EndPoint? hub, CancellationToken cancellationToken)
    {
        if (hub is not DnsEndPoint name)
        {
            return (IPEndPoint?)hub;
        }

        try
        {
            IPAddress[] addresses = await Dns.GetHostAddressesAsync(name.Host, AddressFamily.InterNetwork, cancellationToken);
            return new IPEndPoint(addresses[0], name.Port);
        }
        catch (Exception exception) when (exception is SocketException or IndexOutOfRangeException)
        {
            throw new IOException($"the IPX hub {name.Host} has no IPv4 address", exception);
        }
    }

    private IpxSocket Open(Entry entry, IpxNetwork network, IpxOptions options, ushort number, IpxReceiver receiver, Action? receivedAll)
    {
        if (!network.Options.Serves(options))
        {
            throw new IOException($"IPX is open already at UDP port {options.Port} of this machine, with other options");
        }

        const int dynamic = IpxSockets.LastDynamic - IpxSockets.FirstDynamic + 1;
        int first = number == 0 ? Random.Shared.Next(dynamic) : 0;
        for (int i = 0; i < (number == 0 ? dynamic : 1); i++)
        {
            ushort candidate = number == 0 ? (ushort)(IpxSockets.FirstDynamic + ((first + i) % dynamic)) : number;
            IpxSocket socket = new(network, candidate, receiver, receivedAll, () => LeaveAsync(entry));
            if (network.TryAdd(candidate, socket))
            {
                return socket;
            }
        }

        throw new TransportException(TransportError.InUse, number == 0 ? "all dynamic IPX sockets are in use" : $"the IPX socket {number:X4} is in use");
    }

    /// <summary>A network that is being opened, or is, or is being closed.</summary>
    private sealed class Entry
    {
        /// <summary>As <see cref="Users"/>: no more come.</summary>
        public const int IsClosing = -1;

        private readonly CancellationTokenSource _stop = new();
        private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Entry(Func<CancellationToken, ValueTask<IpxNetwork>> open) => Network = OpenAsync(open);

        /// <summary>Whoever asked for it first may have enough before it is open, and others still want it.</summary>
        public Task<IpxNetwork> Network { get; }

        public Task Closed => _closed.Task;

        /// <summary>Under the owner's lock.</summary>
        public int Users { get; set; }

        public async Task CloseAsync()
        {
            await _stop.CancelAsync();
            await ((Task)Network).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (Network.IsCompletedSuccessfully)
            {
                await Network.Result.DisposeAsync();
            }

            _stop.Dispose();
        }

        public void HasClosed() => _closed.SetResult();

        /// <summary>Not under the owner's lock.</summary>
        private async Task<IpxNetwork> OpenAsync(Func<CancellationToken, ValueTask<IpxNetwork>> open)
        {
            await Task.Yield();
            return await open(_stop.Token);
        }
    }
}
