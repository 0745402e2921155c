using System.Threading.Channels;
using Umbra.Core.Input;
using Umbra.Core.Surfaces;

namespace Umbra.Sessions.Sources.Pattern;

/// <summary>
/// A session that needs nothing but itself: the test pattern of <see cref="PatternPainter"/>, one step after the other at the options'
/// rate. Steps count pictures, not time: nobody looking, nothing painted, and the next step is the next number. Input shows at once,
/// without a step.
/// </summary>
public sealed class PatternSource : ISessionSource
{
    private readonly PatternOptions _options;
    private readonly TimeProvider _time;
    private readonly Channel<bool> _wakes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _lock = new();
    private readonly Refreshes _refreshes;
    private PatternInput _input = PatternInput.None;
    private string? _clipboard;
    private Size _size;
    private uint _nextStep;

    public PatternSource(PatternOptions options, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.StepsPerSecond, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.StepsPerSecond, 240, nameof(options));
        if (!options.Size.IsValid)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.Size, "not a surface size");
        }

        _options = options;
        _time = time;
        _size = options.Size;
        _refreshes = new Refreshes(Wake);
    }

    public string Kind => "pattern";

    /// <summary>
    /// Ends by cancellation only. The first picture is committed without waiting for demand, so that the session has a size.
    /// </summary>
    public async Task RunAsync(ISourceSink sink, CancellationToken cancellationToken)
    {
        sink.SetTitle("Umbra test pattern");
        sink.SetCursor(PatternCursor.Create(sink.Pool, sink.Account));
        using PatternPicture picture = new(sink, _options.Mode);
        using StepClock clock = new(_time, _options.Mode == PatternMode.Still ? 0 : _options.StepsPerSecond, Wake);
        picture.Show(ReadSize(), new PatternState(_nextStep, ReadInput()));
        while (true)
        {
            await _wakes.Reader.ReadAsync(cancellationToken);
            if (TakeClipboard() is { } text)
            {
                sink.SetClipboard(text);
            }

            bool isAsked = _refreshes.IsAsked;
            if (!clock.IsDue && !isAsked && !picture.Differs(ReadSize(), ReadInput()))
            {
                continue;
            }

            await sink.WaitForDemandAsync(cancellationToken);
            if (clock.TakeDue())
            {
                _nextStep++;
            }

            picture.Show(ReadSize(), new PatternState(_nextStep, ReadInput()));
            if (isAsked)
            {
                _refreshes.Answered();
            }
        }
    }

    public void SendKey(KeyInput key)
    {
        lock (_lock)
        {
            _input = _input.With(key);
        }

        Wake();
    }

    public void SendPointer(PointerInput pointer)
    {
        lock (_lock)
        {
            _input = _input.With(pointer);
        }

        Wake();
    }

    /// <summary>Comes back as the session's own clipboard.</summary>
    public void SendClipboard(string text)
    {
        lock (_lock)
        {
            _clipboard = text;
        }

        Wake();
    }

    public bool RequestSize(Size size)
    {
        if (!size.IsValid)
        {
            return false;
        }

        lock (_lock)
        {
            _size = size;
        }

        Wake();
        return true;
    }

    public Task<bool> RefreshAsync() => _refreshes.AskAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>One waiting wake-up is enough: the loop looks at everything.</summary>
    private void Wake() => _wakes.Writer.TryWrite(true);

    private PatternInput ReadInput()
    {
        lock (_lock)
        {
            return _input;
        }
    }

    private Size ReadSize()
    {
        lock (_lock)
        {
            return _size;
        }
    }

    private string? TakeClipboard()
    {
        lock (_lock)
        {
            (string? text, _clipboard) = (_clipboard, null);
            return text;
        }
    }
}
