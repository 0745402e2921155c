namespace Umbra.Benchmarks.Micro;

/// <summary>Threads that do the same piece of work at the same time, again and again; the caller is one of them.</summary>
internal sealed class ThreadCrew : IDisposable
{
    private readonly Barrier _gate;
    private readonly Thread[] _others;
    private Action? _work;

    public ThreadCrew(int threads)
    {
        _gate = new Barrier(threads);
        _others = new Thread[threads - 1];
        for (int i = 0; i < _others.Length; i++)
        {
            _others[i] = new Thread(Loop) { IsBackground = true };
            _others[i].Start();
        }
    }

    /// <summary>Returns when all have done it.</summary>
    public void Run(Action work)
    {
        _work = work;
        _gate.SignalAndWait();
        work();
        _gate.SignalAndWait();
    }

    public void Dispose()
    {
        _work = null;
        _gate.SignalAndWait();
        foreach (Thread other in _others)
        {
            other.Join();
        }

        _gate.Dispose();
    }

    private void Loop()
    {
        while (true)
        {
            _gate.SignalAndWait();
            if (_work is not { } work)
            {
                return;
            }

            work();
            _gate.SignalAndWait();
        }
    }
}
