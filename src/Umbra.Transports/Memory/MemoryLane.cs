using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Umbra.Transports.Memory;

/// <summary>
/// The two pipes between a client and a server. Pipes give their memory back once both of their ends are completed, and an end may be
/// completed only
/// by its own side: so a lane that breaks wakes all four ends and lets each side do it.
/// </summary>
internal sealed class MemoryLane
{
    private readonly Pipe _up;
    private readonly Pipe _down;
    private volatile bool _isBroken;

    public MemoryLane(MemoryPool<byte> pool, int maxBuffered)
    {
        PipeOptions options = new(pool, pauseWriterThreshold: maxBuffered, resumeWriterThreshold: maxBuffered / 2,
            useSynchronizationContext: false);
        _up = new Pipe(options);
        _down = new Pipe(options);
        Client = (new LaneReader(this, _down.Reader), new LaneWriter(this, _up.Writer));
        Server = (new LaneReader(this, _up.Reader), new LaneWriter(this, _down.Writer));
    }

    public (LaneReader Reader, LaneWriter Writer) Client { get; }

    public (LaneReader Reader, LaneWriter Writer) Server { get; }

    /// <summary>Whoever reads or flushes, now or later and on either side, sees a reset.</summary>
    public void Break()
    {
        _isBroken = true;
        foreach (Pipe pipe in (Pipe[])[_up, _down])
        {
            pipe.Reader.CancelPendingRead();
            pipe.Writer.CancelPendingFlush();
        }
    }

    public void ThrowIfBroken()
    {
        if (_isBroken)
        {
            throw new ConnectionResetException("the connection was aborted");
        }
    }
}
