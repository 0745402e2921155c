using System.Threading.Channels;
using Umbra.Core.Memory;
using Umbra.Transports.Ipx;
using Umbra.Transports.Tests.Contract;

namespace Umbra.Transports.Tests.Ipx;

/// <summary>A socket on an IPX network of its own, and what it has received.</summary>
internal sealed class IpxStation : IAsyncDisposable
{
    private readonly Channel<(IpxAddress Source, byte Type, byte[] Payload)> _received = Channel.CreateUnbounded<(IpxAddress, byte, byte[])>();

    public required IpxSocket Socket { get; init; }

    public IpxCounters Counters => Socket.Counters;

    public static Task<IpxStation> OpenAsync(BufferPool pool, IpxOptions options, ushort socket = 0, TimeProvider? time = null) =>
        OpenAsync(new IpxNetworks(pool.AsMemoryPool(BufferTag.TdIpx, pool.Root), time ?? TimeProvider.System), options, socket);

    public static async Task<IpxStation> OpenAsync(IpxNetworks networks, IpxOptions options, ushort socket = 0)
    {
        IpxStation? station = null;
        using CancellationTokenSource limit = new(Handlers.Limit);
        IpxSocket opened = await networks.OpenAsync(options, socket, Receive, limit.Token);
        station = new IpxStation { Socket = opened };
        return station;

        void Receive(in IpxAddress source, byte type, ReadOnlySpan<byte> payload) => Volatile.Read(ref station)?._received.Writer.TryWrite((source, type, payload.ToArray()));
    }

    public async Task<(IpxAddress Source, byte Type, byte[] Payload)> ReceiveAsync() => await _received.Reader.ReadAsync().AsTask().WaitAsync(Handlers.Limit);

    public ValueTask DisposeAsync() => Socket.DisposeAsync();
}
