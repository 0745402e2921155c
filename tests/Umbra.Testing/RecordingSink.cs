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
    /// <summary>Longer than anything that is not stuck takes, on a busy machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim _demand = new(0);
    private readonly List<CopyMove> _moves = [];
    private readonly Lock _lock = new();
    private readonly List<(Func<RecordingSink, bool> Holds, TaskCompletionSource Reached)> _waiters = [];

    public BufferPool Pool => pool;

    public Account Account => account;

    /// <summary>Whether demand is always there.</summary>
    public bool AlwaysDemands { get; init; }

    public Canvas? Picture { get; private set; }

    public Size Size => Picture?.Size ?? default;

    public int Commits { get; private set; }

    /// <summary>All since the first picture.</summary>
    public IReadOnlyList<CopyMove> Moves => _moves;

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
            _moves.AddRange(moves);
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
        await reached.Task.WaitAsync(Patience);
    }

    /// <summary>For what shows outside the sink, too: asked again and again until it is so, or the source has ended.</summary>
    public async Task UntilAsync(Func<Task<bool>> isSo, string what, Task running)
    {
        long deadline = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (!await isSo())
        {
            if (running.IsCompleted)
            {
                await running;
                throw new InvalidOperationException($"the source ended before: {what}");
            }

            if (Environment.TickCount64 > deadline)
            {
                throw new TimeoutException($"not within {Patience.TotalSeconds} s: {what}; {Commits} commits of {Size}, title {Title}, clipboard {Clipboard}");
            }

            await Task.WhenAny(Task.Delay(50), running);
        }
    }

    public Task UntilAsync(Func<bool> isSo, string what, Task running) => UntilAsync(() => Task.FromResult(isSo()), what, running);

    /// <summary>The picture now; of no size where there is none.</summary>
    public BgrxImage Copy()
    {
        lock (_lock)
        {
            return new BgrxImage(Size.Width, Size.Height, Picture?.Pixels.ToArray() ?? []);
        }
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
