using System.Net;
using Microsoft.AspNetCore.Connections;
using Umbra.Transports.Lanes;

namespace Umbra.Transports.Memory;

/// <summary>Connections wait here, at most a backlog of them, until they are accepted.</summary>
internal sealed class MemoryListener(MemoryEndPoint endPoint, int backlog, Action<MemoryListener> unbound) : IConnectionListener
{
    private readonly LaneQueue _waiting = new(backlog);

    public EndPoint EndPoint => endPoint;

    /// <returns>False when nobody listens any more.</returns>
    public ValueTask<bool> TryOfferAsync(LaneConnection connection, CancellationToken cancellationToken) => _waiting.TryOfferAsync(connection, cancellationToken);

    public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) => _waiting.AcceptAsync(cancellationToken);

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        unbound(this);
        await _waiting.CloseAsync();
    }

    public ValueTask DisposeAsync() => UnbindAsync();
}
