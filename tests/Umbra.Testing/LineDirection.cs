using System.Diagnostics;

namespace Umbra.Testing;

/// <summary>One way of a <see cref="TestLine"/>, on a thread of its own.</summary>
/// <param name="from">Where bytes are taken from; null while that device is out.</param>
/// <param name="bytesPerSecond">0: as fast as it goes.</param>
internal sealed class LineDirection(Func<PseudoTerminal?> from, Func<PseudoTerminal?> to, int bytesPerSecond, BitNoise noise)
{
    private const int LargestPiece = 4096;

    /// <summary>A port's own buffer.</summary>
    private const int SmallestPiece = 16;
    private const int PiecesPerSecond = 500;

    /// <summary>What a thread that was woken late makes up for.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(20);
    private readonly byte[] _piece = new byte[bytesPerSecond == 0 ? LargestPiece : Math.Clamp(bytesPerSecond / PiecesPerSecond, SmallestPiece, LargestPiece)];
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _freeAt;
    private long _carried;
    private volatile bool _isCut;

    public bool IsCut
    {
        get => _isCut;
        set => _isCut = value;
    }

    /// <summary>Bytes that arrived.</summary>
    public long Carried => Interlocked.Read(ref _carried);

    public void Run(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            PseudoTerminal? source = from();
            int count = source?.Read(_piece) ?? 0;
            if (count == 0)
            {
                if (source is null)
                {
                    Thread.Sleep(1);
                }

                source?.Wait(toWrite: false);
                continue;
            }

            Travel(count);
            noise.Apply(_piece.AsSpan(0, count));
            Deliver(_piece.AsSpan(0, count), cancellationToken);
        }
    }

    /// <summary>Returns when the last bit has gone over the line.</summary>
    private void Travel(int count)
    {
        if (bytesPerSecond == 0)
        {
            return;
        }

        TimeSpan now = _clock.Elapsed;
        TimeSpan earliest = now - Slack;
        _freeAt = (_freeAt > earliest ? _freeAt : now) + TimeSpan.FromSeconds((double)count / bytesPerSecond);
        if (_freeAt > now)
        {
            Thread.Sleep(_freeAt - now);
        }
    }

    /// <summary>Waits while the program at the other end does not read, as hardware flow control would have us.</summary>
    private void Deliver(Span<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty && !_isCut && !cancellationToken.IsCancellationRequested && to() is { } target)
        {
            int written = target.Write(bytes);
            bytes = bytes[written..];
            Interlocked.Add(ref _carried, written);
            if (written == 0)
            {
                target.Wait(toWrite: true);
            }
        }
    }
}
