using System.Buffers;
using System.IO.Pipelines;
using Umbra.Core.Link;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;

namespace Umbra.Sessions.Shadowing;

/// <summary>
/// Measures a wire to another node, with the link's own messages and on a link of its own on which no session is opened: how long the way there and back takes, and how many
/// bytes a second go through in each direction.
/// </summary>
public sealed class LinkCheck : IDisposable
{
    /// <summary>Pings, one after the other.</summary>
    public const int RoundTrips = 20;

    /// <summary>Filler that is asked for, or on its way, at first; doubled while it takes less than a quarter of a second.</summary>
    private const int FirstAmount = 16 * 1024;

    private static readonly TimeSpan Answer = TimeSpan.FromSeconds(10);

    private readonly IDuplexPipe _pipe;
    private readonly TimeProvider _time;
    private readonly LinkFrameReader _frames;

    /// <param name="pipe">Inside TLS; not owned.</param>
    public LinkCheck(IDuplexPipe pipe, BufferPool pool, Account account, TimeProvider time)
    {
        _pipe = pipe;
        _time = time;
        _frames = new LinkFrameReader(pool, BufferTag.PassthruStack, account);
    }

    /// <summary>Greets; to be called first.</summary>
    /// <param name="node">This node's name.</param>
    /// <returns>The other node's.</returns>
    /// <exception cref="IOException">It does not answer, or has closed the link.</exception>
    /// <exception cref="ProtocolException">It does not speak the link's protocol.</exception>
    public async Task<string> GreetAsync(string node, CancellationToken cancellationToken)
    {
        new LinkHello(LinkHello.CurrentVersion, node).Write(_pipe.Output);
        await FlushAsync(cancellationToken);
        string peer = "";
        await ReadAsync(frame => frame.Type == LinkMessageType.Hello && (peer = LinkHello.Read(frame.Payload).Node).Length > 0, cancellationToken);
        return peer;
    }

    /// <summary>There and back, once.</summary>
    /// <inheritdoc cref="GreetAsync"/>
    public async Task<TimeSpan> RoundTripAsync(CancellationToken cancellationToken)
    {
        long sent = _time.GetTimestamp();
        new LinkPing((ulong)sent).Write(_pipe.Output);
        await FlushAsync(cancellationToken);
        await ReadAsync(frame => frame.Type == LinkMessageType.Pong && LinkPong.Read(frame.Payload).Opaque == (ulong)sent, cancellationToken);
        return _time.GetElapsedTime(sent);
    }

    /// <summary>What comes from the other node: bytes a second.</summary>
    /// <param name="progress">Told from 0 to 1.</param>
    /// <inheritdoc cref="GreetAsync"/>
    public Task<double> ReceiveAsync(TimeSpan duration, Action<double> progress, CancellationToken cancellationToken) => MeasureAsync(duration, progress, async amount =>
    {
        new LinkMeasure(amount).Write(_pipe.Output);
        await FlushAsync(cancellationToken);
        int left = amount;
        await ReadAsync(frame => frame.Type == LinkMessageType.Filler && (left -= LinkFiller.Read(frame.Payload).Bytes) <= 0, cancellationToken);
    });

    /// <summary>What goes to the other node: bytes a second, as far as it has arrived.</summary>
    /// <inheritdoc cref="ReceiveAsync"/>
    public Task<double> SendAsync(TimeSpan duration, Action<double> progress, CancellationToken cancellationToken) => MeasureAsync(duration, progress, async amount =>
    {
        for (int left = amount; left > 0; left -= LinkFiller.MaxBytes)
        {
            new LinkFiller(Math.Min(left, LinkFiller.MaxBytes)).Write(_pipe.Output);
            await FlushAsync(cancellationToken);
        }

        await RoundTripAsync(cancellationToken);
    });

    public void Dispose() => _frames.Dispose();

    private async Task<double> MeasureAsync(TimeSpan duration, Action<double> progress, Func<int, Task> move)
    {
        int amount = FirstAmount;
        long bytes = 0;
        long begin = _time.GetTimestamp();
        long start = begin;
        do
        {
            long since = _time.GetTimestamp();
            await move(amount);
            bytes += amount;
            progress(Math.Min(1, _time.GetElapsedTime(begin) / duration));
            if (_time.GetElapsedTime(since) < TimeSpan.FromSeconds(0.25) && amount < LinkMeasure.MaxBytes && _time.GetElapsedTime(begin) < duration / 2)
            {
                // What went until now was mostly the way there and back.
                amount *= 2;
                (bytes, start) = (0, _time.GetTimestamp());
            }
        }
        while (_time.GetElapsedTime(begin) < duration || bytes == 0);
        return bytes / _time.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Reads until it is what is waited for.</summary>
    private async Task ReadAsync(Func<LinkFrame, bool> isIt, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult result = await ReadAsync(cancellationToken);
            ReadOnlySequence<byte> buffer = result.Buffer;
            bool isFound = false;
            try
            {
                while (!isFound && TryTake(ref buffer, out LinkFrame frame))
                {
                    frame.Picture.Dispose();
                    isFound = frame.Type == LinkMessageType.Close ? throw new IOException(LinkClose.Read(frame.Payload).Text) : isIt(frame);
                }
            }
            finally
            {
                _pipe.Input.AdvanceTo(buffer.Start, isFound ? buffer.Start : buffer.End);
            }

            if (isFound)
            {
                return;
            }

            if (result.IsCompleted)
            {
                throw new IOException("the other node closed the link");
            }
        }
    }

    private async Task<ReadResult> ReadAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = new(Answer, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await _pipe.Input.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"nothing came for {Answer.TotalSeconds:0} seconds; a node of an earlier version does not know how to be measured");
        }
    }

    private bool TryTake(ref ReadOnlySequence<byte> buffer, out LinkFrame frame)
    {
        SequenceReader<byte> reader = new(buffer);
        bool isFrame = _frames.TryRead(ref reader, out frame);
        buffer = buffer.Slice(reader.Position);
        return isFrame;
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        if ((await _pipe.Output.FlushAsync(cancellationToken)).IsCompleted)
        {
            throw new IOException("the other node closed the link");
        }
    }
}
