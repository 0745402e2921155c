using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Umbra.Transports;

/// <summary>
/// Threads for work that must not be in anybody's way, such as what shadowers are sent: where cores are scarce they get what others leave, about a tenth at least.
/// The thread pool serves everyone in turn, so that a hundred shadowers would be before the source and the owner each time. Queued work allocates nothing.
/// </summary>
public sealed partial class WorkLane : IDisposable
{
    /// <summary>The nice value of its threads; Linux gives one of 0 nine times as much of a core.</summary>
    private const int Nice = 10;

    [ThreadStatic]
    private static WorkLane? _current;

    /// <summary>A monitor, as it wakes those who wait without anybody spinning.</summary>
    private readonly object _gate = new();
    private readonly Queue<object> _work = [];
    private readonly Thread[] _threads;
    private int _idle;
    private bool _isClosed;

    /// <param name="threads">How many things may be done at once.</param>
    public WorkLane(string name, int threads)
    {
        _threads = [.. Enumerable.Range(0, threads).Select(_ => new Thread(Run) { IsBackground = true, Name = name })];
        foreach (Thread thread in _threads)
        {
            thread.Start();
        }
    }

    /// <summary>To be run soon, after what was queued before. After <see cref="Dispose"/> the thread pool runs it: whoever waits for something must hear its end.</summary>
    public void Post(IThreadPoolWorkItem item)
    {
        if (!TryPost(item))
        {
            ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: false);
        }
    }

    /// <summary>To be awaited by whoever is to go on in the lane; at once where that is so already.</summary>
    public Turn Enter() => new(this);

    /// <summary>Runs what is queued, and ends the threads; does not wait for them.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            Monitor.PulseAll(_gate);
        }
    }

    private void Post(Action action)
    {
        if (!TryPost(action))
        {
            ThreadPool.UnsafeQueueUserWorkItem(static action => action(), action, preferLocal: false);
        }
    }

    private bool TryPost(object work)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return false;
            }

            _work.Enqueue(work);
            if (_idle > 0)
            {
                Monitor.Pulse(_gate);
            }

            return true;
        }
    }

    private void Run()
    {
        _current = this;
        LowerPriority();
        while (TryTake(out object? work))
        {
            if (work is Action action)
            {
                action();
            }
            else
            {
                ((IThreadPoolWorkItem)work).Execute();
            }
        }
    }

    private bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out object? work)
    {
        lock (_gate)
        {
            while (!_work.TryDequeue(out work) && !_isClosed)
            {
                _idle++;
                Monitor.Wait(_gate);
                _idle--;
            }

            return work is not null;
        }
    }

    /// <summary>Of this thread alone. Where the system refuses, the lane is one like any other.</summary>
    private static void LowerPriority()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = SetPriority(which: 0, who: 0, Nice);
        }
        else
        {
            Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
        }
    }

    /// <summary>On Linux "the process" that it takes is the calling thread.</summary>
    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int nice);

    /// <summary>An awaitable that goes on in a lane.</summary>
    public readonly struct Turn(WorkLane lane) : ICriticalNotifyCompletion
    {
        public bool IsCompleted => _current == lane;

        public Turn GetAwaiter() => this;

        public void GetResult()
        {
        }

        public void OnCompleted(Action continuation) => lane.Post(continuation);

        public void UnsafeOnCompleted(Action continuation) => lane.Post(continuation);
    }
}
