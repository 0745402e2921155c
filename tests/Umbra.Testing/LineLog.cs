namespace Umbra.Testing;

/// <summary>
/// The last lines a process wrote, and a way to wait for one. Bounded: older lines are dropped, long ones cut. Thread-safe.
/// </summary>
public sealed class LineLog
{
    private const int MaxLines = 2000;
    private const int MaxLineLength = 4000;
    private readonly Lock _lock = new();
    private readonly LinkedList<string> _lines = new();
    private readonly List<Waiter> _waiters = [];
    private bool _isEnded;

    /// <summary>What is kept, one line after the other.</summary>
    public override string ToString()
    {
        lock (_lock)
        {
            return string.Join('\n', _lines);
        }
    }

    /// <summary>The first line, kept or still to come, that fits.</summary>
    /// <exception cref="TimeoutException">None came in time; the message holds what did.</exception>
    /// <exception cref="EndOfStreamException">The process ended its output first.</exception>
    public async Task<string> WaitForAsync(Func<string, bool> fits, TimeSpan timeout)
    {
        Waiter waiter = new(fits);
        lock (_lock)
        {
            if (_lines.FirstOrDefault(fits) is { } line)
            {
                return line;
            }

            if (_isEnded)
            {
                throw Ended();
            }

            _waiters.Add(waiter);
        }

        try
        {
            return await waiter.Line.Task.WaitAsync(timeout);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"the line did not come within {timeout.TotalSeconds} s; output so far:\n{this}");
        }
        finally
        {
            lock (_lock)
            {
                _waiters.Remove(waiter);
            }
        }
    }

    internal async Task ReadFromAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            Add(line.Length <= MaxLineLength ? line : line[..MaxLineLength]);
        }

        lock (_lock)
        {
            _isEnded = true;
            _waiters.ForEach(waiter => waiter.Line.TrySetException(Ended()));
        }
    }

    private void Add(string line)
    {
        lock (_lock)
        {
            _lines.AddLast(line);
            if (_lines.Count > MaxLines)
            {
                _lines.RemoveFirst();
            }

            foreach (Waiter waiter in _waiters.Where(waiter => waiter.Fits(line)))
            {
                waiter.Line.TrySetResult(line);
            }
        }
    }

    private EndOfStreamException Ended() => new($"the process ended its output first; it was:\n{string.Join('\n', _lines)}");

    private sealed record Waiter(Func<string, bool> Fits)
    {
        public TaskCompletionSource<string> Line { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
