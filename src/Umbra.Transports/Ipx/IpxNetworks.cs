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
    private readonly SemaphoreSlim _gate = new(1);
    private readonly Dictionary<(IPAddress From, int Port, EndPoint? Hub), Entry> _networks = [];
    private SapAgents? _services;

    /// <summary>Service advertising on them.</summary>
    public SapAgents Services => LazyInitializer.EnsureInitialized(ref _services, () => new SapAgents(this, time));

    /// <summary>Opens a socket, and the network where it is the first there.</summary>
    /// <param name="socket">0: any that is free among those for whoever comes.</param>
    /// <param name="receivedAll">Called from the same loop when packets that came together have all been handed over.</param>
    /// <exception cref="IOException">The socket is in use; or the UDP port is, or may not be used; or the hub does not answer. The message says which.</exception>
    public async ValueTask<IpxSocket> OpenAsync(IpxOptions options, ushort socket, IpxReceiver receiver, CancellationToken cancellationToken, Action? receivedAll = null)
    {
        IPEndPoint? hub = await ResolveAsync(options.Hub, cancellationToken);
        (IPAddress, int, EndPoint?) key = (options.From ?? IpxLocal.Find(options, default), options.Port, options.Hub);
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (!_networks.TryGetValue(key, out Entry? entry))
            {
                IPEndPoint local = new(key.Item1, hub is null ? options.Port : 0);
                entry = new Entry(await IpxNetwork.OpenAsync(options, hub, local, memory, time, cancellationToken));
                _networks.Add(key, entry);
            }

            try
            {
                return Open(entry, options, socket, receiver, receivedAll);
            }
            finally
            {
                await CloseUnusedAsync();
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Called by the socket, once.</summary>
    internal async ValueTask CloseAsync(IpxNetwork network, ushort number)
    {
        network.Remove(number);
        await _gate.WaitAsync();
        try
        {
            _networks.Values.Single(entry => entry.Network == network).Users--;
            await CloseUnusedAsync();
        }
        finally
        {
            _gate.Release();
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

    private IpxSocket Open(Entry entry, IpxOptions options, ushort number, IpxReceiver receiver, Action? receivedAll)
    {
        if (!entry.Network.Options.Serves(options))
        {
            throw new IOException($"IPX is open already at UDP port {options.Port} of this machine, with other options");
        }

        const int dynamic = IpxSockets.LastDynamic - IpxSockets.FirstDynamic + 1;
        int first = number == 0 ? Random.Shared.Next(dynamic) : 0;
        for (int i = 0; i < (number == 0 ? dynamic : 1); i++)
        {
            ushort candidate = number == 0 ? (ushort)(IpxSockets.FirstDynamic + ((first + i) % dynamic)) : number;
            IpxSocket socket = new(this, entry.Network, candidate, receiver, receivedAll);
            if (entry.Network.TryAdd(candidate, socket))
            {
                entry.Users++;
                return socket;
            }
        }

        throw new TransportException(TransportError.InUse, number == 0 ? "all dynamic IPX sockets are in use" : $"the IPX socket {number:X4} is in use");
    }

    private async ValueTask CloseUnusedAsync()
    {
        foreach ((var key, Entry entry) in _networks.Where(pair => pair.Value.Users == 0).ToList())
        {
            _networks.Remove(key);
            await entry.Network.DisposeAsync();
        }
    }

    private sealed class Entry(IpxNetwork network)
    {
        public IpxNetwork Network { get; } = network;

        public int Users { get; set; }
    }
}
