using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Umbra.Core.Memory;

namespace Umbra.Transports.Listening;

/// <summary>
/// Opens ports while the node runs, through the same drivers that Kestrel's fixed endpoints use (and so with the same tags and bounds).
/// </summary>
/// <param name="all">The gate around those of all listeners.</param>
public sealed class TransportListeners(IEnumerable<IConnectionListenerFactory> factories, TimeProvider time, ILoggerFactory loggers, ConnectionGate? all = null)
{
    // The last one registered is asked first, as Kestrel does.
    private readonly IConnectionListenerFactory[] _factories = [.. factories.Reverse()];

    /// <param name="endPoint">From <see cref="TransportAddress.ToListenEndPoint"/>.</param>
    /// <param name="payer">Who pays for the buffers of its connections, and whether they must succeed; null for the driver.</param>
    /// <param name="handler">Runs one connection; the connection is disposed when it returns. What it throws ends this connection
    /// only.</param>
    /// <exception cref="IOException">The end point cannot be had, or is taken.</exception>
    /// <exception cref="NotSupportedException">No driver here listens on such an end point.</exception>
    public async Task<ListenerHost> ListenAsync(
        EndPoint endPoint, Account? payer, Func<ConnectionContext, Task> handler, ConnectionLimits limits, CancellationToken cancellationToken)
    {
        IConnectionListenerFactory? factory = Array.Find(_factories, f =>
            f is IConnectionListenerFactorySelector selector && selector.CanBind(endPoint));
        if (factory is null)
        {
            throw new NotSupportedException($"no driver here listens on {endPoint}");
        }

        // What serves HTTP has an account of its own.
        IConnectionListener listener = payer is not null && factory is ITransportListenerFactory driver
            ? await driver.BindAsync(endPoint, payer, cancellationToken)
            : await factory.BindAsync(endPoint, cancellationToken);
        return new ListenerHost(listener, handler, new ConnectionGate(limits, time, all, payer is { MustSucceed: true }), loggers.CreateLogger<ListenerHost>());
    }
}
