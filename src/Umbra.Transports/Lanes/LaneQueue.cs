using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Umbra.Transports.Lanes;

/// <summary>A listener's connections, at most a backlog of them, until they are accepted.</summary>
internal sealed class LaneQueue(int backlog)
{
    private readonly Channel<LaneConnection> _waiting = Channel.CreateBounded<LaneConnection>(backlog);

    /// <returns>False where too many wait, or nobody accepts any more.</returns>
    public bool TryOffer(LaneConnection connection) => _waiting.Writer.TryWrite(connection);

    /// <summary>Waits for room.</summary>
    /// <returns>False when nobody accepts any more.</returns>
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

    /// <returns>Null once it is closed.</returns>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken)
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

    /// <summary>Ends those that wait; nobody is accepted any more.</summary>
    public async ValueTask CloseAsync()
    {
        _waiting.Writer.TryComplete();
        while (_waiting.Reader.TryRead(out LaneConnection? connection))
        {
            connection.Abort(new ConnectionAbortedException("the listener was closed"));
            await connection.DisposeAsync();
        }
    }
}
