using Umbra.Core.Codecs;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Sessions.Sources;

namespace Umbra.Testing;

/// <summary>
/// A sink that keeps what a source says. Its picture is built from moves and claimed damage alone, so a source that claims too little is
/// found out. Demand is given by the test, one picture at a time, or always. Dispose it last: what a source fed it is its own.
/// </summary>
public sealed class RecordingSink(BufferPool pool, Account account) : ISourceSink, IDisposable
{
    private readonly SemaphoreSlim _demand = new(0);
    private readonly Lock _lock = new();
    private readonly List<(Func<RecordingSink, bool> Holds, TaskCompletionSource Reached)> _waiters = [];

    public BufferPool Pool => pool;

    public Account Account => account;

    /// <summary>Whether demand is always there.</summary>
    public bool AlwaysDemands { get; init; }

    public Canvas? Picture { get; private set; }

    public int Commits { get; private set; }

    public int Moves { get; private set; }

    public IReadOnlyList<Rect> LastDamage { get; private set; } = [];

    /// <summary>How often a source has begun to wait for demand.</summary>
    public int DemandWaits { get; private set; }

    public CursorShape? Cursor { get; private set; }

    public int CursorShapes { get; private set; }

    public string? Title { get; private set; }

    public string? Clipboard { get; private set; }

    public int Bells { get; private set; }

    public byte? Leds { get; private set; }

    public EncodingClass Wish { get; init; } = new(RfbEncoding.Tight, PixelFormat.Bgrx);

    public void Commit(Canvas canvas, ReadOnlySpan<Rect> damage, ReadOnlySpan<CopyMove> moves, ReceivedPicture? received = null)
    {
        received?.Picture.Bytes.Dispose();
        lock (_lock)
        {
            if (Picture is null || Picture.Size != canvas.Size)
            {
                Picture?.Dispose();
                Picture = new Canvas(pool, account, canvas.Size);
            }

            foreach (CopyMove move in moves)
            {
                Picture.CopyWithin(move.SourceX, move.SourceY, move.Target);
            }

            foreach (Rect rect in damage)
            {
                Picture.CopyFrom(canvas, rect);
            }

            Commits++;
            Moves += moves.Length;
            LastDamage = damage.ToArray();
        }

        Changed();
    }

    public void SetCursor(CursorShape cursor)
    {
        Cursor?.Dispose();
        Cursor = cursor;
        CursorShapes++;
        Changed();
    }

    public void SetTitle(string title)
    {
        Title = title;
        Changed();
    }

    public void Bell()
    {
        Bells++;
        Changed();
    }

    public void SetClipboard(string text)
    {
        Clipboard = text;
        Changed();
    }

    public void SetLeds(byte leds)
    {
        Leds = leds;
        Changed();
    }

    public async ValueTask WaitForDemandAsync(CancellationToken cancellationToken)
    {
        DemandWaits++;
        Changed();
        if (!AlwaysDemands)
        {
            await _demand.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Somebody wants one more picture.</summary>
    public void Demand() => _demand.Release();

    /// <summary>Completes once the condition holds; it is tried after each call of the source.</summary>
    /// <exception cref="TimeoutException">It did not come to hold.</exception>
    public async Task WaitUntilAsync(Func<RecordingSink, bool> condition)
    {
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _waiters.Add((condition, reached));
        }

        Changed();
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    public void Dispose()
    {
        Picture?.Dispose();
        Cursor?.Dispose();
        _demand.Dispose();
    }

    private void Changed()
    {
        lock (_lock)
        {
            _waiters.Where(waiter => waiter.Holds(this)).ToList().ForEach(waiter => waiter.Reached.TrySetResult());
            _waiters.RemoveAll(waiter => waiter.Reached.Task.IsCompleted);
        }
    }
}
