using System.Threading.Channels;
using Umbra.Core.Codecs;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Sessions.Sources;

namespace Umbra.Sessions.Tests.Sources;

/// <summary>Takes what a source gives exactly as the contract says: moves first, then what is inside the damage, nothing else.</summary>
internal sealed class RecordingSink(BufferPool pool) : ISourceSink, IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly SemaphoreSlim _demand = new(0);
    private readonly Lock _gate = new();
    private Canvas? _picture;

    public BufferPool Pool => pool;

    public Account Account => pool.Root;

    public EncodingClass Wish => new(RfbEncoding.Raw, PixelFormat.Bgrx);

    /// <summary>False: a source gets one picture per <see cref="Demand"/>.</summary>
    public bool IsAlwaysDemanding { get; init; } = true;

    public Size Size { get; private set; }

    public int Commits { get; private set; }

    public List<string> Events { get; } = [];

    public List<CopyMove> Moves { get; } = [];

    public string Clipboard { get; private set; } = "";

    public int CursorWidth { get; private set; } = -1;

    public void Commit(Canvas canvas, ReadOnlySpan<Rect> damage, ReadOnlySpan<CopyMove> moves, ReceivedPicture? received = null)
    {
        Assert.Null(received);
        lock (_gate)
        {
            if (_picture is null || Size != canvas.Size)
            {
                _picture?.Dispose();
                _picture = new Canvas(pool, Account, canvas.Size);
                Size = canvas.Size;
            }

            foreach (CopyMove move in moves)
            {
                _picture.CopyWithin(move.SourceX, move.SourceY, move.Target);
                Moves.Add(move);
            }

            foreach (Rect rect in damage)
            {
                _picture.CopyFrom(canvas, rect);
            }

            Commits++;
            Events.Add($"commit {canvas.Size} {damage.Length} {moves.Length}");
        }

        _changes.Writer.TryWrite(true);
    }

    public void SetCursor(CursorShape cursor)
    {
        CursorWidth = cursor.Width;
        cursor.Dispose();
        _changes.Writer.TryWrite(true);
    }

    public void SetTitle(string title) => Add($"title {title}");

    public void Bell() => Add("bell");

    public void SetClipboard(string text)
    {
        Clipboard = text;
        Add($"clipboard {text}");
    }

    public void SetLeds(byte leds) => Add($"leds {leds}");

    public async ValueTask WaitForDemandAsync(CancellationToken cancellationToken)
    {
        if (!IsAlwaysDemanding)
        {
            await _demand.WaitAsync(cancellationToken);
        }
    }

    public void Demand() => _demand.Release();

    public byte[] Pixels()
    {
        lock (_gate)
        {
            return _picture?.Pixels.ToArray() ?? [];
        }
    }

    public bool Has(string text)
    {
        lock (_gate)
        {
            return Events.Any(e => e.Contains(text, StringComparison.Ordinal));
        }
    }

    /// <summary>Asks again after each change until it is so, or the source has ended.</summary>
    public async Task UntilAsync(Func<ValueTask<bool>> isSo, string what, Task running)
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
                throw new TimeoutException($"not within {Patience}: {what}; seen {Describe()}");
            }

            // What is waited for may show outside the sink, too: hence the glance now and then.
            using CancellationTokenSource glance = new(TimeSpan.FromMilliseconds(100));
            await Task.WhenAny(_changes.Reader.ReadAsync(glance.Token).AsTask(), running);
        }
    }

    public Task UntilAsync(Func<bool> isSo, string what, Task running) => UntilAsync(() => ValueTask.FromResult(isSo()), what, running);

    public void Dispose()
    {
        _picture?.Dispose();
        _demand.Dispose();
    }

    private void Add(string what)
    {
        lock (_gate)
        {
            Events.Add(what);
        }

        _changes.Writer.TryWrite(true);
    }

    private string Describe()
    {
        lock (_gate)
        {
            return $"{Commits} commits, {string.Join("; ", Events.TakeLast(8))}";
        }
    }
}
