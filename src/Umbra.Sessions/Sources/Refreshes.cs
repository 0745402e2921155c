namespace Umbra.Sessions.Sources;

/// <summary>
/// Questions to a far end whether the picture is still what it shows. One is asked at a time; who comes while it is open shares the next one, because the
/// answer that is on its way may be older than their question. Thread-safe.
/// </summary>
/// <param name="ask">Sends the question. Called under a lock; must not wait.</param>
internal sealed class Refreshes(Action ask)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource<bool>? _asked;
    private TaskCompletionSource<bool>? _next;

    public bool IsAsked => Volatile.Read(ref _asked) is not null;

    /// <summary>The task is shared: whoever waits for it no longer than some time costs nothing afterwards.</summary>
    /// <returns>True once answered; false where the far end is lost before that.</returns>
    public Task<bool> AskAsync()
    {
        lock (_gate)
        {
            if (_asked is not null)
            {
                _next ??= Create();
                return _next.Task;
            }

            _asked = Create();
            ask();
            return _asked.Task;
        }
    }

    /// <summary>Everything the far end had to show when it was asked is on the surface.</summary>
    public void Answered()
    {
        lock (_gate)
        {
            _asked?.TrySetResult(true);
            (_asked, _next) = (_next, null);
            if (_asked is not null)
            {
                ask();
            }
        }
    }

    /// <summary>Nobody will answer.</summary>
    public void Lost()
    {
        lock (_gate)
        {
            _asked?.TrySetResult(false);
            _next?.TrySetResult(false);
            (_asked, _next) = (null, null);
        }
    }

    private static TaskCompletionSource<bool> Create() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
