using System.Buffers;
using System.Runtime.CompilerServices;

namespace Umbra.Transports.NetBios;

/// <summary>
/// An established NetBIOS session (RFC 1002 section 5.3) as a stream of bytes: where messages begin and end means nothing here, TLS above has records of its own.
/// One reader and one writer at a time; disposing it, from any thread, disposes the stream below. Reads go into the reader's own buffer and may bring many packets at
/// once, so a packet costs one copy of what is sent, and no allocation.
/// </summary>
internal sealed class SessionStream : AsyncStream
{
    /// <summary>Of silence in both directions, until a keep-alive is sent (RFC 1002 section 6).</summary>
    public static readonly TimeSpan KeepAliveAfter = TimeSpan.FromSeconds(60);

    private readonly Stream _inner;
    private readonly TimeProvider _time;
    private readonly SessionFrames _frames = new();
    private readonly SessionWriter _writer;
    private readonly ITimer _keepAlive;
    private long _lastTraffic;

    /// <summary>The next byte of <paramref name="inner"/> belongs to the session: its request has been answered.</summary>
    /// <param name="pool">For what is being written.</param>
    public SessionStream(Stream inner, MemoryPool<byte> pool, TimeProvider time)
    {
        _inner = inner;
        _time = time;
        _writer = new SessionWriter(inner, pool);
        _keepAlive = time.CreateTimer(_ => KeepAliveWhereSilent(), null, KeepAliveAfter, KeepAliveAfter);
    }

    /// <summary>A read of no bytes waits until something arrives, which may turn out to be a keep-alive.</summary>
    /// <exception cref="IOException">The peer broke the rules, ended within a packet, or the wire failed.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_frames.Failure is null)
        {
            int read = await _inner.ReadAsync(buffer, cancellationToken);
            if (buffer.IsEmpty)
            {
                return 0;
            }

            if (read == 0)
            {
                return _frames.IsBetweenPackets ? 0 : throw new EndOfStreamException("the peer ended within a NetBIOS message");
            }

            int count = _frames.Strip(buffer.Span[..read]);
            if (count > 0)
            {
                NoteTraffic();
                return count;
            }
        }

        throw new IOException(_frames.Failure);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return ValueTask.CompletedTask;
        }

        NoteTraffic();
        return _writer.WriteAsync(buffer, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _keepAlive.Dispose();
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private void NoteTraffic() => Volatile.Write(ref _lastTraffic, _time.GetTimestamp());

    /// <summary>Not before the first message: some servers end a session for that.</summary>
    private void KeepAliveWhereSilent()
    {
        long last = Volatile.Read(ref _lastTraffic);
        if (last == 0)
        {
            return;
        }

        TimeSpan missing = KeepAliveAfter - _time.GetElapsedTime(last);
        if (missing > TimeSpan.Zero)
        {
            _keepAlive.Change(missing, KeepAliveAfter);
        }
        else
        {
            _ = _writer.KeepAliveAsync();
        }
    }
}
