using System.Collections.Concurrent;
using Umbra.Core.Input;
using Umbra.Core.Surfaces;
using Umbra.Sessions.Sources;

namespace Umbra.Sessions.Tests.FrontEnds;

/// <summary>A picture that changes only when the test says so, and everything that came in as input.</summary>
internal sealed class StillSource(Size first) : ISessionSource
{
    private readonly SemaphoreSlim _changed = new(1);
    private Size _size = first;
    private TaskCompletionSource? _isShown;

    public ConcurrentQueue<KeyInput> Keys { get; } = new();

    public ConcurrentQueue<PointerInput> Pointers { get; } = new();

    public ConcurrentQueue<string> Clipboards { get; } = new();

    public string Kind => "pattern";

    /// <summary>The colour at a place, 0x00RRGGBB: all of red and green, and enough blue, come to pass.</summary>
    public static uint ColourAt(int x, int y) => ((uint)(x * 7 % 256) << 16) | ((uint)(y * 5 % 256) << 8) | (uint)((x + y) * 3 % 256);

    public async Task RunAsync(ISourceSink sink, CancellationToken cancellationToken)
    {
        while (true)
        {
            await _changed.WaitAsync(cancellationToken);
            using Canvas canvas = Paint(sink);
            sink.Commit(canvas, [canvas.Size.Bounds], []);
            _isShown?.TrySetResult();
        }
    }

    public void SendKey(KeyInput key) => Keys.Enqueue(key);

    public void SendPointer(PointerInput pointer) => Pointers.Enqueue(pointer);

    public void SendClipboard(string text) => Clipboards.Enqueue(text);

    /// <summary>False: it says that it cannot be resized.</summary>
    public bool TakesSizes { get; set; } = true;

    /// <summary>False: it says that it can be resized, and is not.</summary>
    public bool FulfilsSizes { get; set; } = true;

    public bool RequestSize(Size size)
    {
        if (TakesSizes && FulfilsSizes)
        {
            _size = size;
            _changed.Release();
        }

        return TakesSizes;
    }

    /// <summary>What the source would show if somebody asked.</summary>
    public Size? Now { get; set; }

    public bool Answers { get; set; } = true;

    public async Task<bool> RefreshAsync()
    {
        if (!Answers)
        {
            await Task.Delay(Timeout.Infinite);
        }

        if (Now is { } now)
        {
            (Now, _isShown) = (null, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            RequestSize(now);
            await _isShown.Task;
        }

        return true;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Canvas Paint(ISourceSink sink)
    {
        Canvas canvas = new(sink.Pool, sink.Account, _size);
        Span<uint> pixels = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(canvas.Pixels);
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = ColourAt(i % _size.Width, i / _size.Width);
        }

        return canvas;
    }
}
