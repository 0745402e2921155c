using System.Threading.Tasks.Sources;
using Umbra.Transports;

namespace Umbra.Sessions;

/// <summary>Wakes one waiting loop, in a lane or on the thread pool. Any number of <see cref="Set"/> before the wait count as one. Allocates nothing: viewers are woken with each picture.</summary>
internal sealed class Signal(WorkLane? lane = null, Turns? turns = null) : IValueTaskSource, IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<bool> _woken;
    private CancellationTokenRegistration _cancellation;
    private CancellationToken _token;
    private bool _isSet;
    private bool _isAwaited;
    private bool _isCancelled;

    public void Set()
    {
        lock (_gate)
        {
            if (!_isAwaited)
            {
                _isSet = true;
                return;
            }

            _isAwaited = false;
        }

        Run();
    }

    /// <summary>For one waiter at a time.</summary>
    public ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        lock (_gate)
        {
            if (TryTake())
            {
                return ValueTask.CompletedTask;
            }

            _woken.Reset();
            _token = cancellationToken;
            _isCancelled = false;
            _isAwaited = true;
        }

        _cancellation = cancellationToken.UnsafeRegister(static state => ((Signal)state!).Cancel(), this);
        return new ValueTask(this, _woken.Version);
    }

    /// <returns>False where the time passed first.</returns>
    public async ValueTask<bool> WaitAsync(TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        if (TryTake())
        {
            return true;
        }

        using CancellationTokenSource timer = new(timeout, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            await WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            if (_isCancelled)
            {
                _woken.SetException(new OperationCanceledException(_token));
            }
            else
            {
                _woken.SetResult(true);
            }
        }
        finally
        {
            turns?.End();
        }
    }

    void IValueTaskSource.GetResult(short token)
    {
        _cancellation.Dispose();
        _woken.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _woken.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _woken.OnCompleted(continuation, state, token, flags);

    private bool TryTake()
    {
        lock (_gate)
        {
            bool wasSet = _isSet;
            _isSet = false;
            return wasSet;
        }
    }

    /// <summary>Not at once: whoever waits must not do what follows in the middle of a cancellation that others have not heard of yet.</summary>
    private void Cancel()
    {
        lock (_gate)
        {
            if (!_isAwaited)
            {
                return;
            }

            _isAwaited = false;
            _isCancelled = true;
        }

        Run();
    }

    private void Run()
    {
        turns?.Begin();
        if (lane is null)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
        else
        {
            lane.Post(this);
        }
    }
}
