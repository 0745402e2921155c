using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Umbra.Core.Memory;

namespace Umbra.Transports.Memory;

/// <summary>Connections wait here, at most a backlog of them, until they are accepted.</summary>
internal sealed class MemoryListener(MemoryEndPoint endPoint, Account payer, int backlog, Action<MemoryListener> unbound) : IConnectionListener
{
    private readonly Channel<MemoryConnection> _waiting = Channel.CreateBounded<MemoryConnection>(backlog);

    public EndPoint EndPoint => endPoint;

    public Account Payer => payer;

    /// <returns>False when nobody listens any more.</returns>
    public async ValueTask<bool> TryOfferAsync(MemoryConnection connection, CancellationToken cancellationToken)
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
            if (_waiting.Reader.TryRead(out MemoryConnection? connection))
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
        while (_waiting.Reader.TryRead(out MemoryConnection? connection))
        {
            connection.Abort(new ConnectionAbortedException("the listener was closed"));
            await connection.DisposeAsync();
        }
    }

    public ValueTask DisposeAsync() => UnbindAsync();
}
