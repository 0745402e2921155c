using System.Buffers;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Umbra.Transports.Lanes;

/// <summary>The server's side of a lane, as Kestrel wants it.</summary>
internal sealed class LaneConnection : DriverConnection
{
    private readonly Lane _lane;

    /// <param name="pool">For TLS above this.</param>
    public LaneConnection(Lane lane, EndPoint local, EndPoint? remote, MemoryPool<byte> pool)
        : base(local, remote, pool)
    {
        _lane = lane;
        Transport = new DuplexPipe(lane.Server.Reader, lane.Server.Writer);
    }

    /// <summary>Called when the server aborts or closes it: what carries it may be waiting for something else.</summary>
    public Action? Ended { get; set; }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        _lane.Break("the connection was aborted");
        Closed();
        Ended?.Invoke();
    }

    /// <summary>To be called when the client's side is closed, or what carries it has ended.</summary>
    public void PeerClosed() => Closed();

    protected override ValueTask EndAsync()
    {
        _lane.Server.Reader.Complete();
        _lane.Server.Writer.Complete();
        Closed();
        Ended?.Invoke();
        return ValueTask.CompletedTask;
    }
}
