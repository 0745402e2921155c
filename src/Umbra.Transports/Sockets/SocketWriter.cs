using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;
using Umbra.Transports.Drivers;

namespace Umbra.Transports.Sockets;

/// <summary>
/// Writes straight to a connected socket: small things are gathered in a block, large ones are sent from where they are, all of them with one call. Nothing waits here
/// but what is not flushed, and a flush completes when the kernel has everything. For one loop; the socket stays its owner's, and does not block any more.
/// </summary>
public sealed class SocketWriter : PipeWriter, IValueTaskSource<FlushResult>, IThreadPoolWorkItem
{
    /// <summary>What is smaller is cheaper to copy than to send from another place.</summary>
    public const int MinAppended = 1024;

    private const int BlockBytes = 4096;

    /// <summary>Pieces sent with one call; Linux takes up to 1024 (IOV_MAX).</summary>
    private const int MaxPieces = 64;

    /// <summary>
    /// What is sent by itself to hear when the kernel has room again. Little: it is sent by whoever hears of it first, on the thread pool, and all else by the lane.
    /// </summary>
    private const int ProbeBytes = 256;

    private readonly Socket _socket;
    private readonly MemoryPool<byte> _pool;
    private readonly SocketAsyncEventArgs _sending = new(true);
    private readonly List<ArraySegment<byte>> _pieces = [];
    private readonly List<ArraySegment<byte>> _next = [];
    private readonly List<IMemoryOwner<byte>> _blocks = [];
    private readonly Action _abort;
    private readonly WorkLane? _lane;
    private readonly DriverCounters? _counters;
    private ManualResetValueTaskSourceCore<FlushResult> _flushed;
    private CancellationTokenRegistration _cancellation;
    private Memory<byte> _block;
    private int _start;
    private int _end;
    private int _sent;
    private int _sentOfPiece;
    private SocketError _error;
    private long _hadRoomAt;
    private volatile bool _isSending;

    /// <param name="pool">For what is written with <see cref="GetMemory"/>; nothing is kept between a flush and the next write.</param>
    /// <param name="abort">Ends the connection, and its socket with it, from any thread: whoever reads from it is told in its owner's words.</param>
    /// <param name="lane">Where a flush that had to wait goes on, and completes; null: on the thread pool.</param>
    /// <param name="counters">Of the connection's driver, which sees nothing of what goes this way.</param>
    public SocketWriter(Socket socket, MemoryPool<byte> pool, Action abort, WorkLane? lane = null, DriverCounters? counters = null)
    {
        _socket = socket;
        _pool = pool;
        _abort = abort;
        _lane = lane;
        _counters = counters;
        _sending.Completed += (_, _) => HasRoom();
        try
        {
            socket.Blocking = false;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Gone again already: the first flush says so.
        }
    }

    /// <summary>How long the last flush waited for its turn in the lane, while the kernel had room: that is our slowness, and not the wire's.</summary>
    public TimeSpan Delay { get; private set; }

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes
    {
        get
        {
            long bytes = _end - _start;
            foreach (ArraySegment<byte> piece in _pieces)
            {
                bytes += piece.Count;
            }

            return bytes;
        }
    }

    /// <summary>To be sent next, from where it is: it must stay and not change until the next flush has completed.</summary>
    /// <param name="bytes">Of an array.</param>
    public void Append(ReadOnlyMemory<byte> bytes)
    {
        EndPiece();
        _pieces.Add(Piece(bytes));
    }

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        int needed = Math.Max(1, sizeHint);
        if (_block.Length - _end < needed)
        {
            EndPiece();
            _blocks.Add(_pool.Rent(Math.Max(needed, BlockBytes)));
            _block = _blocks[^1].Memory;
            _start = _end = 0;
        }

        return _block[_end..];
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bytes, (uint)(_block.Length - _end), nameof(bytes));
        _end += bytes;
    }

    /// <summary>Sends what was written. A flush that is cancelled ends the connection: half of what it sends may be there.</summary>
    /// <exception cref="IOException">The connection has ended, also through cancellation.</exception>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        EndPiece();
        if (_pieces.Count == 0)
        {
            return default;
        }

        (_sent, _sentOfPiece, _error, Delay) = (0, 0, SocketError.Success, TimeSpan.Zero);
        _isSending = true;
        _flushed.Reset();
        _cancellation = cancellationToken.UnsafeRegister(static state => ((Action)state!)(), _abort);
        if (!TrySend())
        {
            return new ValueTask<FlushResult>(this, _flushed.Version);
        }

        SocketError error = Finish();
        return error == SocketError.Success ? default : ValueTask.FromException<FlushResult>(Lost(error));
    }

    /// <summary>Ends the connection where a flush is waiting.</summary>
    public override void CancelPendingFlush()
    {
        if (_isSending)
        {
            _abort();
        }
    }

    /// <summary>Drops what was not flushed.</summary>
    public override void Complete(Exception? exception = null)
    {
        Clear();
        _sending.Dispose();
    }

    void IThreadPoolWorkItem.Execute()
    {
        Delay += Stopwatch.GetElapsedTime(_hadRoomAt);
        Continue();
    }

    FlushResult IValueTaskSource<FlushResult>.GetResult(short token) => _flushed.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<FlushResult>.GetStatus(short token) => _flushed.GetStatus(token);

    void IValueTaskSource<FlushResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _flushed.OnCompleted(continuation, state, token, flags);

    private static ArraySegment<byte> Piece(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> piece) ? piece : throw new ArgumentException("memory that is not of an array", nameof(bytes));

    private static IOException Lost(SocketError error) => new("the connection is lost", new SocketException((int)error));

    /// <summary>What was written into the block so far becomes a piece.</summary>
    private void EndPiece()
    {
        if (_end > _start)
        {
            _pieces.Add(Piece(_block[_start.._end]));
            _start = _end;
        }
    }

    /// <summary>Sends piece after piece until all are sent, or the connection is lost, or the kernel has no room: then false, and <see cref="HasRoom"/> is called.</summary>
    private bool TrySend()
    {
        try
        {
            while (_sent < _pieces.Count && _error == SocketError.Success)
            {
                _next.Clear();
                for (int i = _sent; i < _pieces.Count && _next.Count < MaxPieces; i++)
                {
                    _next.Add(i == _sent ? _pieces[i][_sentOfPiece..] : _pieces[i]);
                }

                Advance(_socket.Send(_next, SocketFlags.None, out SocketError error), error);
                if (error == SocketError.WouldBlock)
                {
                    ArraySegment<byte> piece = _pieces[_sent][_sentOfPiece..];
                    _sending.SetBuffer(piece.Array, piece.Offset, Math.Min(piece.Count, ProbeBytes));
                    if (_socket.SendAsync(_sending))
                    {
                        return false;
                    }

                    Advance(_sending.BytesTransferred, _sending.SocketError);
                }
            }
        }
        catch (ObjectDisposedException)
        {
            _error = SocketError.OperationAborted;
        }

        return true;
    }

    private void Advance(int bytes, SocketError error)
    {
        _error = error == SocketError.WouldBlock ? SocketError.Success : error;
        _counters?.AddSent(bytes);
        _sentOfPiece += bytes;
        while (_sent < _pieces.Count && _sentOfPiece >= _pieces[_sent].Count)
        {
            _sentOfPiece -= _pieces[_sent++].Count;
        }
    }

    private void HasRoom()
    {
        if (_lane is null)
        {
            Continue();
        }
        else
        {
            _hadRoomAt = Stopwatch.GetTimestamp();
            _lane.Post(this);
        }
    }

    private void Continue()
    {
        Advance(_sending.BytesTransferred, _sending.SocketError);
        if (!TrySend())
        {
            return;
        }

        SocketError error = Finish();
        if (error == SocketError.Success)
        {
            _flushed.SetResult(default);
        }
        else
        {
            _flushed.SetException(Lost(error));
        }
    }

    private SocketError Finish()
    {
        _cancellation.Dispose();
        _isSending = false;
        _sending.SetBuffer(null, 0, 0);
        _next.Clear();
        Clear();
        return _error;
    }

    private void Clear()
    {
        _pieces.Clear();
        foreach (IMemoryOwner<byte> block in _blocks)
        {
            block.Dispose();
        }

        _blocks.Clear();
        _block = default;
        _start = _end = 0;
    }
}
