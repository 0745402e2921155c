using System.Buffers;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Umbra.Transports.Lanes;

namespace Umbra.Transports.Serial;

/// <summary>Who takes the connections that the other end of a line begins.</summary>
/// <param name="memory">Of its connections.</param>
/// <param name="unbound">Called once, when it takes no more.</param>
internal sealed class SerialListener(SerialEndPoint endPoint, SharedLine line, MemoryPool<byte> memory, Func<Task> unbound) : IConnectionListener
{
    /// <summary>A line carries one at a time, so a second one waits only while the first is being closed.</summary>
    private const int Backlog = 2;
    private readonly Channel<LaneConnection> _waiting = Channel.CreateBounded<LaneConnection>(Backlog);
    private int _isUnbound;

    public EndPoint EndPoint => endPoint;

    public LineRole Role => endPoint.Role;

    public MemoryPool<byte> Memory => memory;

    /// <returns>False where nobody takes it.</returns>
    public bool TryOffer(LaneConnection connection) => _waiting.Writer.TryWrite(connection);

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
        if (Interlocked.Exchange(ref _isUnbound, 1) == 0)
        {
            line.StopListening(this);
            _waiting.Writer.TryComplete();
            while (_waiting.Reader.TryRead(out LaneConnection? connection))
            {
                connection.Abort(new ConnectionAbortedException("the listener was closed"));
                await connection.DisposeAsync();
            }

            await unbound();
        }
    }

    /// <summary>A connection that is closed still says so to the other end, with memory of this listener.</summary>
    public async ValueTask DisposeAsync()
    {
        await UnbindAsync();
        await line.EndCallOfAsync(this);
    }
}
