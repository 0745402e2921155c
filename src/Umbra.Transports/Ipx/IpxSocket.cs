namespace Umbra.Transports.Ipx;

/// <summary>
/// A socket that somebody has opened on an IPX network; see <see cref="IpxNetworks.OpenAsync"/>. Sending is thread-safe and never waits. Packets may be lost, doubled
/// and out of order, like datagrams anywhere.
/// </summary>
/// <param name="closed">Called when it is closed: others may still be on the network.</param>
internal sealed class IpxSocket(IpxNetwork network, ushort number, IpxReceiver receiver, Action? receivedAll, Func<ValueTask> closed) : IAsyncDisposable
{
    private int _isDisposed;

    /// <summary>Changes only at a hub that was started anew.</summary>
    public IpxAddress Address => new(network.Number, network.Node, number);

    /// <summary>Longest payload of a packet in bytes.</summary>
    public int MaxPayload => network.MaxPayload;

    /// <summary>Of the network it is on, with all of its sockets.</summary>
    public IpxCounters Counters => network.Counters;

    public void Send(in IpxAddress destination, byte type, ReadOnlySpan<byte> payload) => SendTrain(destination, type, payload, Math.Max(1, payload.Length));

    /// <summary>Sends packets to one destination, in as few calls as the system allows. What cannot be sent is dropped and counted.</summary>
    /// <param name="payloads">One after the other.</param>
    /// <param name="payloadBytes">How long each is; the last may be shorter.</param>
    public void SendTrain(in IpxAddress destination, byte type, ReadOnlySpan<byte> payloads, int payloadBytes) =>
        network.Send(new IpxHeader(0, Hops: 0, type, destination, Address), payloads, payloadBytes);

    /// <summary>Closes it. The receiver may be at a last packet for a moment longer, where others keep the network open.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            network.Remove(number);
            await closed();
        }
    }

    /// <summary>From the loop that receives.</summary>
    internal void Received(in IpxHeader header, ReadOnlySpan<byte> payload) => receiver(header.Source, header.Type, payload);

    /// <summary>What came together has been handed over.</summary>
    internal void ReceivedAll() => receivedAll?.Invoke();
}
