using System.Buffers;
using System.Net;
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
    private readonly LaneQueue _waiting = new(Backlog);
    private int _isUnbound;

    public EndPoint EndPoint => endPoint;

    public LineRole Role => endPoint.Role;

    public MemoryPool<byte> Memory => memory;

    /// <returns>False where nobody takes it.</returns>
    public bool TryOffer(LaneConnection connection) => _waiting.TryOffer(connection);

    public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) => _waiting.AcceptAsync(cancellationToken);

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _isUnbound, 1) == 0)
        {
            line.StopListening(this);
            await _waiting.CloseAsync();

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
