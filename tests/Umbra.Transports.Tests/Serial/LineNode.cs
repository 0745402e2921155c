using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Umbra.Core.Memory;
using Umbra.Testing;
using Umbra.Transports.Drivers;
using Umbra.Transports.Tests.Contract;

namespace Umbra.Transports.Tests.Serial;

/// <summary>What one node has of a serial line: the driver, at one end.</summary>
internal sealed class LineNode : IAsyncDisposable
{
    private readonly TransportAddress _address;
    private readonly MemoryPool<byte> _memory;
    private readonly ITransport _transport;

    /// <param name="options">Of the address. By default as fast as a pseudo-terminal goes, so that tests are fast.</param>
    public LineNode(string path, BufferPool pool, string options = "?pace=off")
    {
        _address = TransportAddress.Parse($"async://{path}{options}");
        _memory = pool.AsMemoryPool(BufferTag.TdAsync, pool.Root);
        _transport = _address.Driver.Open(new DriverContext(_memory, new TransportOptions(), TimeProvider.System, new DriverCounters(), NullLoggerFactory.Instance));
    }

    public async Task<IConnectionListener> ListenAsync() => await _transport.ListenAsync(_address.EndPoint, _memory, CancellationToken.None);

    public async Task<Stream> ConnectAsync(CancellationToken cancellationToken = default) => await _transport.ConnectAsync(_address, cancellationToken);

    public static async Task<ConnectionContext> AcceptAsync(IConnectionListener listener) =>
        await listener.AcceptAsync().AsTask().WaitAsync(Handlers.Limit) ?? throw new InvalidOperationException("nobody listens any more");

    /// <summary>Waits until something was sent.</summary>
    public static async Task SendsAsync(TestLine line)
    {
        using CancellationTokenSource limit = new(Handlers.Limit);
        while (line.Carried == 0)
        {
            await Task.Delay(5, limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _transport.DisposeAsync();
        _memory.Dispose();
    }
}
