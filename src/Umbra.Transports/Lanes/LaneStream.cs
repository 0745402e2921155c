using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Umbra.Transports.Lanes;

/// <summary>
/// The client's side of a lane. Disposing it, from any thread, ends the connection; the server still reads what was written before.
/// </summary>
internal sealed class LaneStream : AsyncStream
{
    /// <summary>A larger write goes in pieces, so that no more than the bound waits in the pipe.</summary>
    private const int WriteSize = 16 * 1024;
    private readonly PipeReader _reader;
    private readonly PipeWriter _writer;
    private readonly LaneEnd _reading;
    private readonly LaneEnd _writing;
    private readonly Lane _lane;
    private readonly Action _closed;

    /// <param name="closed">Called when this side is disposed.</param>
    public LaneStream(Lane lane, Action closed)
    {
        _lane = lane;
        _reader = lane.Client.Reader;
        _writer = lane.Client.Writer;
        _reading = new LaneEnd(_reader.CancelPendingRead, () => _reader.Complete());
        _writing = new LaneEnd(_writer.CancelPendingFlush, () => _writer.Complete());
        _closed = closed;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _reading.Enter();
        try
        {
            ReadResult result = await _reader.ReadAsync(cancellationToken);
            _reading.ThrowIfClosing();
            int count = (int)Math.Min(buffer.Length, result.Buffer.Length);
            result.Buffer.Slice(0, count).CopyTo(buffer.Span);
            _reader.AdvanceTo(result.Buffer.GetPosition(count));
            return count;
        }
        finally
        {
            _reading.Leave();
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _writing.Enter();
        try
        {
            for (int at = 0; at < buffer.Length; at += WriteSize)
            {
                FlushResult result = await _writer.WriteAsync(buffer.Slice(at, Math.Min(WriteSize, buffer.Length - at)), cancellationToken);
                _writing.ThrowIfClosing();
                if (result.IsCompleted)
                {
                    _lane.ThrowIfBroken();
                    throw new ConnectionResetException("the peer has closed the connection");
                }
            }
        }
        finally
        {
            _writing.Leave();
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _reading.Close();
            _writing.Close();
            _closed();
        }

        base.Dispose(disposing);
    }
}
