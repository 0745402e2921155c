using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Umbra.Api;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Sessions.Nodes;
using Umbra.Sessions.Shadowing;
using Umbra.Transports;
using Umbra.Transports.Drivers;

namespace Umbra.Node;

/// <summary>The drivers of this node, and how fast the wires are that they reach.</summary>
internal sealed partial class NodeEngine
{
    public Task<IReadOnlyList<DriverInfo>> ListDriversAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<DriverInfo>>([.. _drivers.All.Where(host => !host.Driver.IsInternal).Select(ToInfo)]);

    public async Task<DriverInfo> StartDriverAsync(string name, CancellationToken cancellationToken)
    {
        DriverHost host = FindDriver(name);
        try
        {
            await host.StartAsync(cancellationToken);
        }
        catch (IOException exception)
        {
            throw new NodeOperationException(ErrorCode.Conflict, exception.Message, inner: exception);
        }

        return ToInfo(host);
    }

    public async Task<DriverInfo> StopDriverAsync(string name, CancellationToken cancellationToken)
    {
        DriverHost host = FindDriver(name);
        await host.StopAsync();
        return ToInfo(host);
    }

    public async Task<IAsyncEnumerable<WireCheckInfo>> CheckWireAsync(WireCheckRequest request, CancellationToken cancellationToken)
    {
        Sessions.Nodes.NodeState state = RequireState();
        TransportAddress address = TransportAddress.Parse(request.Address);
        long start = _time.GetTimestamp();
        TimeSpan connected = default;
        Stream stream;
        try
        {
            (stream, _) = await new PeerConnector(state, _identity.Tls!, _connectors).ConnectAsync(
                request.Node, request.Address, () => connected = _time.GetElapsedTime(start), cancellationToken);
        }
        catch (IOException exception)
        {
            throw new NodeOperationException(
                ErrorCode.NodeUnreachable, exception.Message, "check the address, whether the node there runs and listens on it, and that it is enrolled: 'umbra node ls'", exception);
        }

        return CheckAsync(request, address, stream, connected, _time.GetElapsedTime(start) - connected, cancellationToken);
    }

    private async IAsyncEnumerable<WireCheckInfo> CheckAsync(
        WireCheckRequest request, TransportAddress address, Stream stream, TimeSpan connect, TimeSpan handshake, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        DriverHost host = _drivers.Of(address.Driver);
        await using Stream owned = stream;
        using Account account = host.Account.Open($"check of {address}", isWire: true, driver: address.Driver.Name);
        await using StreamDuplex duplex = new(stream, _driverMemory.Of(address.Driver, account));
        using LinkCheck check = new(duplex, _pool, account, _time);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<double> receiving = Task.FromResult(0.0);
        Task<double> sending = receiving;

        // Whoever asked may go at any step; what reads and writes has to end before what it reads and writes with.
        await using Ending ending = new(async () =>
        {
            await stop.CancelAsync();
            await ((Task)Task.WhenAll(receiving, sending)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        WireCheckInfo info = new(
            address.ToString(), address.Driver.Name, await Checked(check.GreetAsync(Name, cancellationToken)), WireCheckPhase.RoundTrip, 0, connect.TotalMilliseconds, handshake.TotalMilliseconds);
        yield return info;

        TimeSpan[] trips = new TimeSpan[LinkCheck.RoundTrips];
        for (int i = 0; i < trips.Length; i++)
        {
            trips[i] = await Checked(check.RoundTripAsync(cancellationToken));
        }

        Array.Sort(trips);
        info = info with { Phase = WireCheckPhase.Receive, Progress = 0.05, RoundTrip = trips[trips.Length / 2].TotalMilliseconds, RoundTripMost = trips[^1].TotalMilliseconds };
        yield return info;

        TimeSpan duration = TimeSpan.FromSeconds(request.Seconds);
        (long packets, long retransmitted) = Count(host);
        Channel<double> steps = Channel.CreateUnbounded<double>();
        receiving = Follow(check.ReceiveAsync(duration, step => steps.Writer.TryWrite(step), stop.Token), steps);
        await foreach (double step in steps.Reader.ReadAllAsync(cancellationToken))
        {
            yield return info with { Progress = 0.05 + (step * 0.45) };
        }

        info = info with { Phase = WireCheckPhase.Send, Progress = 0.5, ReceiveRate = await receiving };
        yield return info;

        steps = Channel.CreateUnbounded<double>();
        sending = Follow(check.SendAsync(duration, step => steps.Writer.TryWrite(step), stop.Token), steps);
        await foreach (double step in steps.Reader.ReadAllAsync(cancellationToken))
        {
            yield return info with { Progress = 0.5 + (step * 0.5) };
        }

        (long packetsAfter, long retransmittedAfter) = Count(host);
        yield return info with
        {
            Phase = WireCheckPhase.Done, Progress = 1, SendRate = await sending, Retransmitted = retransmittedAfter - retransmitted,
            LossPercent = packetsAfter > packets ? 100.0 * (retransmittedAfter - retransmitted) / (packetsAfter - packets) : null,
        };
    }

    private static (long Packets, long Retransmitted) Count(DriverHost host)
    {
        host.Counters.Sample();
        return (host.Counters.Packets, host.Counters.Retransmitted);
    }

    /// <summary>Ends the steps when what they lead to has ended.</summary>
    private static async Task<double> Follow(Task<double> measuring, Channel<double> steps)
    {
        try
        {
            return await Checked(measuring);
        }
        finally
        {
            steps.Writer.TryComplete();
        }
    }

    private static async Task<T> Checked<T>(Task<T> step)
    {
        try
        {
            return await step;
        }
        catch (Exception exception) when (exception is IOException or ProtocolException)
        {
            throw new NodeOperationException(ErrorCode.NodeUnreachable, $"the wire was lost while it was measured: {exception.Message}", "try again; the log of the node there may say more", exception);
        }
    }

    private sealed class Ending(Func<Task> end) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await end();
    }

    private DriverHost FindDriver(string name) => TransportDrivers.Find(name) is { IsInternal: false } driver
        ? _drivers.Of(driver)
        : throw new NodeOperationException(ErrorCode.InvalidRequest, $"no driver is called '{name}'", "see 'umbra drivers'");

    private DriverInfo ToInfo(DriverHost host) => DriverInfo.From(
        host, [.. _settings.LinkListen.Where(a => TransportAddress.Parse(a).Driver == host.Driver)], _openLinks.Values.Count(link => link.Driver == host.Driver));
}
