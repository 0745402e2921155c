using System.Buffers;
using System.IO.Pipelines;
using Umbra.Core.Link;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Sessions.Shadowing;

/// <summary>
/// One end of a link: frames in, frames out. Small messages go to an outbox with a limit, pictures are written by the one writing loop.
/// Both ends ping while idle, and a peer that is silent for <see cref="SilenceLimit"/> is gone.
/// </summary>
internal sealed class LinkChannel : IDisposable
{
    /// <summary>Unsent small messages; a peer that lets more pile up does not read.</summary>
    private const int MaxOutboxBytes = 1024 * 1024;

    /// <summary>Picture bytes handed to the pipe between two flushes.</summary>
    private const int ChunkBytes = 64 * 1024;

    public static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(5);

    public static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(20);

    private readonly IDuplexPipe _pipe;
    private readonly LinkFrameReader _frames;
    private readonly Lock _gate = new();
    private readonly Action _posted;
    private PayloadWriter _outbox;
    private PayloadWriter _sending;
    private string? _failure;
    private bool _isDisposed;

    /// <param name="posted">Called after each post; must only set the writing loop's signal.</param>
    public LinkChannel(IDuplexPipe pipe, BufferPool pool, BufferTag tag, Account account, Action posted)
    {
        _pipe = pipe;
        _posted = posted;
        _frames = new LinkFrameReader(pool, tag, account);
        _outbox = new PayloadWriter(pool, BufferTag.Mdl, account, 1024);
        try
        {
            _sending = new PayloadWriter(pool, BufferTag.Mdl, account, 1024);
        }
        catch
        {
            _outbox.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Queues one small message; dropped where the channel is already closed. Never throws: whoever posts is not to blame for a peer that does not read or
    /// for memory that is short, so both end the link from its own loops.
    /// </summary>
    public void Post(Action<IBufferWriter<byte>> write)
    {
        lock (_gate)
        {
            if (_isDisposed || _failure is not null)
            {
                return;
            }

            int length = _outbox.Length;
            try
            {
                write(_outbox);
            }
            catch (QuotaExceededException exception)
            {
                _outbox.Truncate(length);
                _failure = exception.Message;
            }

            if (_outbox.Length > MaxOutboxBytes)
            {
                _failure = $"the peer does not read: {_outbox.Length} bytes of messages are waiting";
            }
        }

        _posted();
    }

    /// <summary>Sends what was posted. One writing loop only.</summary>
    public async ValueTask<bool> SendPostedAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ThrowIfFailed();
            (_outbox, _sending) = (_sending, _outbox);
            _outbox.Clear();
        }

        if (_sending.Length == 0)
        {
            return false;
        }

        _pipe.Output.Write(_sending.Written);
        await FlushAsync(cancellationToken);
        return true;
    }

    /// <summary>Sends one picture. One writing loop only.</summary>
    public async ValueTask SendPictureAsync(PictureHeader header, PictureUpdate update, CancellationToken cancellationToken)
    {
        header.Write(_pipe.Output, (int)update.Bytes);
        int unflushed = 0;
        for (int i = 0; i < update.Payloads.Count; i++)
        {
            ReadOnlyMemory<byte> payload = update.Payloads[i].Bytes.Memory;
            while (!payload.IsEmpty)
            {
                ReadOnlyMemory<byte> chunk = payload[..Math.Min(payload.Length, ChunkBytes - unflushed)];
                payload = payload[chunk.Length..];
                chunk.CopyTo(_pipe.Output.GetMemory(chunk.Length));
                _pipe.Output.Advance(chunk.Length);
                unflushed += chunk.Length;
                if (unflushed == ChunkBytes)
                {
                    await FlushAsync(cancellationToken);
                    unflushed = 0;
                }
            }
        }

        await FlushAsync(cancellationToken);
    }

    /// <summary>Reads frames until the peer closes. <paramref name="handle"/> owns a frame's picture.</summary>
    /// <exception cref="ProtocolException">The peer broke the protocol, or was silent too long.</exception>
    public async Task ReadAsync(Func<LinkFrame, ValueTask> handle, TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult result = await ReadWithLimitAsync(time, cancellationToken);
            ReadOnlySequence<byte> buffer = result.Buffer;
            try
            {
                while (TryTake(ref buffer, out LinkFrame frame))
                {
                    if (frame.Type == LinkMessageType.Ping)
                    {
                        LinkPing ping = LinkPing.Read(frame.Payload);
                        Post(new LinkPong(ping.Opaque).Write);
                    }
                    else
                    {
                        await handle(frame);
                    }

                    // The writing loop may be waiting for the very peer that does not read.
                    ThrowIfFailed();
                }
            }
            finally
            {
                _pipe.Input.AdvanceTo(buffer.Start, buffer.End);
            }

            if (result.IsCompleted)
            {
                _frames.CheckEnd(buffer.Length);
                return;
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _outbox.Dispose();
            _sending.Dispose();
        }

        _frames.Dispose();
    }

    /// <exception cref="ProtocolException">A message could not be queued.</exception>
    private void ThrowIfFailed()
    {
        if (Volatile.Read(ref _failure) is { } failure)
        {
            throw new ProtocolException(failure);
        }
    }

    private bool TryTake(ref ReadOnlySequence<byte> buffer, out LinkFrame frame)
    {
        SequenceReader<byte> reader = new(buffer);
        bool isFrame = _frames.TryRead(ref reader, out frame);
        buffer = buffer.Slice(reader.Position);
        return isFrame;
    }

    private async ValueTask<ReadResult> ReadWithLimitAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        if (_pipe.Input.TryRead(out ReadResult ready))
        {
            return ready;
        }

        using CancellationTokenSource silence = new(SilenceLimit, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        try
        {
            return await _pipe.Input.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ProtocolException($"the peer was silent for {SilenceLimit.TotalSeconds:0} s");
        }
    }

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        FlushResult result = await _pipe.Output.FlushAsync(cancellationToken);
        if (result.IsCompleted || result.IsCanceled)
        {
            throw new IOException("the peer is gone");
        }
    }
}
