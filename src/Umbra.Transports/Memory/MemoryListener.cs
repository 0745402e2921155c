using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Umbra.Transports.Lanes;

namespace Umbra.Transports.Memory;

/// <summary>Connections wait here, at most a backlog of them, until they are accepted.</summary>
internal sealed class MemoryListener(MemoryEndPoint endPoint, int backlog, Action<MemoryListener> unbound) : IConnectionListener
{
    private readonly Channel<LaneConnection> _waiting = Channel.CreateBounded<LaneConnection>(backlog);

    public EndPoint EndPoint => endPoint;

    /// <returns>False when nobody listens any more.</returns>
    public async ValueTask<bool> TryOfferAsync(LaneConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            await _waiting.Writer.WriteAsync(connection, cancellationToken);
            return true;
        }
        catch (ChannelClosedException)
        {
            return false;
        }
    }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _waiting.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_waiting.Reader.TryRead(out LaneConnection? connection))
            {
                return connection;
            }
        }

        return null;
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        unbound(this);
        _waiting.Writer.TryComplete();
        while (_waiting.Reader.TryRead(out LaneConnection? connection))
        {
            connection.Abort(new ConnectionAbortedException("the listener was closed"));
            await connection.DisposeAsync();
        }
    }

    public ValueTask DisposeAsync() => UnbindAsync();
}
