using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net.Sockets;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Transports;

namespace Umbra.Sessions.Sources.X11;

/// <summary>
/// An X client's end of the wire. Requests are queued by anybody and go out with the next <see cref="FlushAsync"/>; replies and errors find their requests by
/// sequence number. An error is a value (<see cref="XReply.Error"/>), or nothing where nobody waits for the request's outcome. What was asked always ends: with
/// an answer, or with an exception once the connection is lost. Owns the socket; all buffers come from the pool.
/// </summary>
internal sealed class XConnection : IXPacketHandler, IAsyncDisposable
{
    /// <summary>Sequence numbers have 16 bits: an answer at least so often tells which ones are meant.</summary>
    private const int MaxUnanswered = 8192;

    private const int KeymapNotify = 11;
    private const int ReceiveBufferSize = 16 * 1024;
    private readonly Socket _socket;
    private readonly PipeReader _input;
    private readonly XPacketReader _packets;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _sendingGate = new(1);
    private readonly Queue<XRequest> _waiting = new();
    private PayloadWriter _queued;
    private PayloadWriter _sending;
    private XSetup _setup;
    private Action<ReadOnlySpan<byte>>? _onEvent;
    private ulong _lastSent;
    private ulong _lastSeen;
    private uint _lastId;
    private int _unanswered;
    private Exception? _lost;

    private XConnection(Socket socket, BufferPool pool, Account account)
    {
        _socket = socket;
        _input = PipeReader.Create(
            new NetworkStream(socket, ownsSocket: false), new StreamPipeReaderOptions(pool.AsMemoryPool(BufferTag.Mdl, account), ReceiveBufferSize));
        _packets = new XPacketReader(pool, account);
        _queued = new PayloadWriter(pool, BufferTag.Mdl, account);
        _sending = new PayloadWriter(pool, BufferTag.Mdl, account);
    }

    public XSetup Setup => _setup;

    /// <exception cref="SocketException">Nobody answers there.</exception>
    /// <exception cref="X11Exception">The server does not let us in, or its screen cannot be read here.</exception>
    public static async Task<XConnection> ConnectAsync(
        X11Address address, byte[]? secret, TransportOptions transport, BufferPool pool, Account account, CancellationToken cancellationToken)
    {
        Socket socket = await ConnectAsync(address, transport, cancellationToken);
        XConnection connection = new(socket, pool, account);
        try
        {
            XSetup.WriteRequest(connection._queued, secret);
            await connection.FlushAsync(cancellationToken);
            await connection.ReadSetupAsync(address.Screen, cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>A number for a resource of ours.</summary>
    public uint NewId()
    {
        // The lowest bit of the mask is the step; nobody here makes more than a few of them.
        uint step = _setup.IdMask & (~_setup.IdMask + 1);
        return _setup.IdBase | (Interlocked.Add(ref _lastId, step) & _setup.IdMask);
    }

    /// <summary>Queues a request of which nobody wants to know the outcome.</summary>
    /// <param name="data">The second byte: an extension's minor opcode.</param>
    /// <param name="words">What follows the header.</param>
    /// <param name="tail">What follows that, made up to whole words.</param>
    public void Send(int opcode, int data, ReadOnlySpan<uint> words, ReadOnlySpan<byte> tail = default)
    {
        lock (_gate)
        {
            Queue(opcode, data, words, tail);
            if (++_unanswered >= MaxUnanswered)
            {
                Expect(null, 0, hasReply: true);
                Queue(XOpcode.GetInputFocus, 0, [], []);
            }
        }
    }

    /// <summary>Queues a request that has a reply.</summary>
    /// <param name="maxReply">Most bytes the reply may have beyond its first 32.</param>
    public Task<XReply> Ask(int opcode, int data, ReadOnlySpan<uint> words, ReadOnlySpan<byte> tail = default, int maxReply = XLimits.MaxReplyBytes)
    {
        lock (_gate)
        {
            TaskCompletionSource<XReply> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Expect(answer, maxReply, hasReply: true);
            Queue(opcode, data, words, tail);
            return answer.Task;
        }
    }

    /// <summary>Asks, sends, and waits for the answer.</summary>
    public Task<XReply> AskNowAsync(int opcode, int data, ReadOnlySpan<uint> words, ReadOnlySpan<byte> tail = default, int maxReply = XLimits.MaxReplyBytes) =>
        SendAndWaitAsync(Ask(opcode, data, words, tail, maxReply));

    /// <summary>Sends a request that has no reply, and waits until the server has dealt with it.</summary>
    public Task<XReply> CheckAsync(int opcode, int data, ReadOnlySpan<uint> words, ReadOnlySpan<byte> tail = default)
    {
        TaskCompletionSource<XReply> outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            Expect(outcome, 0, hasReply: false);
            Queue(opcode, data, words, tail);
            Expect(null, 0, hasReply: true);
            Queue(XOpcode.GetInputFocus, 0, [], []);
        }

        return SendAndWaitAsync(outcome.Task);
    }

    /// <summary>Waits until the server has dealt with everything that was queued before.</summary>
    public async Task SyncAsync() => (await AskNowAsync(XOpcode.GetInputFocus, 0, [])).Dispose();

    public async ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        await _sendingGate.WaitAsync(cancellationToken);
        try
        {
            lock (_gate)
            {
                (_queued, _sending) = (_sending, _queued);
            }

            for (ReadOnlyMemory<byte> rest = _sending.WrittenMemory; rest.Length > 0;)
            {
                rest = rest[await _socket.SendAsync(rest, SocketFlags.None, cancellationToken)..];
            }

            _sending.Clear();
        }
        finally
        {
            _sendingGate.Release();
        }
    }

    /// <summary>Reads until the server is gone. Everything that is asked needs this running.</summary>
    /// <param name="onEvent">Told each event, 32 bytes that are valid for the call; must not wait.</param>
    public async Task RunAsync(Action<ReadOnlySpan<byte>> onEvent, CancellationToken cancellationToken)
    {
        _onEvent = onEvent;
        try
        {
            while (true)
            {
                ReadResult result = await _input.ReadAsync(cancellationToken);
                bool isCut = Take(result.Buffer);
                if (result.IsCompleted)
                {
                    throw new X11Exception($"the x server closed the connection{(isCut ? " in the middle of a message" : "")}");
                }
            }
        }
        catch (Exception e)
        {
            Lose(e);
            throw;
        }
    }

    /// <summary>After <see cref="RunAsync"/> has ended, and everybody who asked.</summary>
    public async ValueTask DisposeAsync()
    {
        Lose(new ObjectDisposedException(nameof(XConnection)));
        _socket.Dispose();
        await _input.CompleteAsync();
        _packets.Dispose();
        _queued.Dispose();
        _sending.Dispose();
        _sendingGate.Dispose();
    }

    int IXPacketHandler.LimitOf(ushort sequence)
    {
        lock (_gate)
        {
            ulong wide = Widen(sequence);
            return _waiting.FirstOrDefault(request => request.Sequence == wide) is { HasReply: true } request
                ? request.MaxReply
                : throw new ProtocolException("there is a reply to what was not asked");
        }
    }

    void IXPacketHandler.OnReply(ushort sequence, ReadOnlySpan<byte> header, Lease body) => Answer(sequence, new XReply(header, body), isError: false);

    void IXPacketHandler.OnError(ushort sequence, XError error) => Answer(sequence, new XReply(error), isError: true);

    void IXPacketHandler.OnEvent(ReadOnlySpan<byte> content)
    {
        // The one event without a sequence number.
        if (content[0] != KeymapNotify)
        {
            lock (_gate)
            {
                Widen(BinaryPrimitives.ReadUInt16LittleEndian(content[2..]));
            }
        }

        _onEvent!(content);
    }

    private static async Task<Socket> ConnectAsync(X11Address address, TransportOptions transport, CancellationToken cancellationToken)
    {
        SocketException? first = null;
        foreach (UnixDomainSocketEndPoint endPoint in address.EndPoints())
        {
            Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                transport.SetBuffers(socket);
                await socket.ConnectAsync(endPoint, cancellationToken);
                return socket;
            }
            catch (SocketException e)
            {
                socket.Dispose();
                first ??= e;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw first!;
    }

    private async Task ReadSetupAsync(int screen, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult result = await _input.ReadAsync(cancellationToken);
            if (TryTakeSetup(result.Buffer, screen))
            {
                return;
            }

            if (result.IsCompleted)
            {
                throw new EndOfStreamException();
            }
        }
    }

    private bool TryTakeSetup(ReadOnlySequence<byte> buffer, int screen)
    {
        SequenceReader<byte> reader = new(buffer);
        bool isThere = XSetup.TryRead(ref reader, screen, out _setup);
        _input.AdvanceTo(reader.Position, isThere ? reader.Position : buffer.End);
        return isThere;
    }

    /// <returns>Whether it ends within a message.</returns>
    private bool Take(ReadOnlySequence<byte> buffer)
    {
        SequenceReader<byte> reader = new(buffer);
        _packets.Read(ref reader, this);
        _input.AdvanceTo(reader.Position, buffer.End);
        return reader.Remaining > 0 || _packets.IsInMessage;
    }

    private async Task<XReply> SendAndWaitAsync(Task<XReply> answer)
    {
        await FlushAsync();
        return await answer;
    }

    private void Expect(TaskCompletionSource<XReply>? answer, int maxReply, bool hasReply)
    {
        if (_lost is not null)
        {
            answer?.TrySetException(_lost);
            return;
        }

        _waiting.Enqueue(new XRequest(_lastSent + 1, maxReply, hasReply, answer));
        _unanswered = hasReply ? 0 : _unanswered;
    }

    private void Queue(int opcode, int data, ReadOnlySpan<uint> words, ReadOnlySpan<byte> tail)
    {
        if (_lost is not null)
        {
            return;
        }

        int length = 1 + words.Length + ((tail.Length + 3) / 4);
        Span<byte> request = _queued.GetSpan(4 * length)[..(4 * length)];
        request[0] = (byte)opcode;
        request[1] = (byte)data;
        BinaryPrimitives.WriteUInt16LittleEndian(request[2..], checked((ushort)length));
        if (!tail.IsEmpty)
        {
            request[^4..].Clear();
        }

        for (int i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(request[(4 + (4 * i))..], words[i]);
        }

        tail.CopyTo(request[(4 + (4 * words.Length))..]);
        _queued.Advance(request.Length);
        _lastSent++;
    }

    private void Answer(ushort sequence, XReply reply, bool isError)
    {
        lock (_gate)
        {
            ulong wide = Widen(sequence);

            // Whatever is older has been dealt with: without a reply that is as it should be.
            while (_waiting.TryPeek(out XRequest? older) && older.Sequence < wide)
            {
                _waiting.Dequeue();
                older.Answer?.TrySetResult(older.HasReply ? new XReply(new XError(XError.NoReply, 0, 0, 0)) : XReply.Done());
            }

            if (_waiting.TryPeek(out XRequest? request) && request.Sequence == wide && (isError || request.HasReply))
            {
                _waiting.Dequeue();
                if (request.Answer?.TrySetResult(reply) == true)
                {
                    return;
                }
            }
        }

        reply.Dispose();
    }

    private ulong Widen(ushort sequence)
    {
        ulong wide = (_lastSeen & ~(ulong)ushort.MaxValue) | sequence;
        wide += wide < _lastSeen ? ushort.MaxValue + 1UL : 0;
        if (wide > _lastSent)
        {
            throw new ProtocolException($"sequence number {sequence} has not been sent");
        }

        _lastSeen = wide;
        return wide;
    }

    private void Lose(Exception reason)
    {
        lock (_gate)
        {
            _lost ??= reason;
            while (_waiting.TryDequeue(out XRequest? request))
            {
                request.Answer?.TrySetException(_lost);

                // Not everybody waits for all they asked once the first of it has failed.
                _ = request.Answer?.Task.Exception;
            }
        }
    }
}
