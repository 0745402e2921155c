using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Umbra.Transports.Lanes;

/// <summary>
/// The two pipes between a client and a server, or between either of them and what carries its bytes, which then has the other's ends. Pipes give their memory back once
/// both of their ends are completed, and an end may be completed only by its own side: so a lane that breaks wakes all four ends and lets each side do it.
/// </summary>
internal sealed class Lane
{
    private readonly Pipe _up;
    private readonly Pipe _down;
    private volatile string? _broken;

    /// <param name="maxBuffered">Bytes that wait in each direction; a flush waits beyond it.</param>
    /// <param name="server">Where the server goes on when the client has written; null: on the thread pool.</param>
    /// <param name="client">Where the client goes on when the server has written; null: on the thread pool.</param>
    public Lane(MemoryPool<byte> pool, int maxBuffered, PipeScheduler? server = null, PipeScheduler? client = null)
    {
        _up = new Pipe(Options(server));
        _down = new Pipe(Options(client));
        Client = (new LaneReader(this, _down.Reader), new LaneWriter(this, _up.Writer));
        Server = (new LaneReader(this, _up.Reader), new LaneWriter(this, _down.Writer));

        PipeOptions Options(PipeScheduler? reader) =>
            new(pool, reader, pauseWriterThreshold: maxBuffered, resumeWriterThreshold: maxBuffered / 2, useSynchronizationContext: false);
    }

    public (LaneReader Reader, LaneWriter Writer) Client { get; }

    public (LaneReader Reader, LaneWriter Writer) Server { get; }

    public bool IsBroken => _broken is not null;

    /// <summary>Whoever reads, now or later and on either side, sees a reset; so does a client that writes. Others who flush see that nobody reads.</summary>
    /// <param name="reason">What they are told; the first one counts.</param>
    public void Break(string reason)
    {
        _broken ??= reason;
        foreach (Pipe pipe in (Pipe[])[_up, _down])
        {
            pipe.Reader.CancelPendingRead();
            pipe.Writer.CancelPendingFlush();
        }
    }

    public void ThrowIfBroken()
    {
        if (_broken is { } reason)
        {
            throw new ConnectionResetException(reason);
        }
    }
}
