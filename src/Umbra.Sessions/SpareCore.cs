using System.Globalization;
using Umbra.Core.Surfaces;

namespace Umbra.Sessions;

/// <summary>
/// Whether, of the processor cores this process may run on, there is one that nobody else uses: from what Linux counts as idle. On systems that do not say so there is none.
/// One for all sessions of a node.
/// </summary>
/// <param name="read">The text of a file below /proc.</param>
public sealed class SpareCore(TimeProvider time, Func<string, string> read) : ISpareCore
{
    /// <summary>So much of a core must have been idle: with less it is somebody else's, now and then.</summary>
    private const double Enough = 0.8;

    /// <summary>The kernel counts in hundredths of a second.</summary>
    private const double Tick = 0.01;

    private const string AllowedList = "Cpus_allowed_list:";
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(500);

    /// <summary>When nobody has asked for so long, what was idle meanwhile says nothing.</summary>
    private static readonly TimeSpan TooLong = 4 * BetweenLooks;

    private readonly TimeProvider _time = time;
    private readonly Lock _gate = new();
    private long _looked;
    private long? _idle;
    private long _usedTicks;
    private volatile bool _isThere;
    private int _helpers;

    public SpareCore(TimeProvider time)
        : this(time, file => File.ReadAllText(Path.Combine("/proc", file)))
    {
    }

    /// <summary>Helpers at once, of all sessions: who asks for one has a core already.</summary>
    public static int MostHelpers { get; } = Math.Max(1, Environment.ProcessorCount - 1);

    /// <summary>Known after it has been asked for some time.</summary>
    internal bool IsThere
    {
        get
        {
            if (IsTimeToLook && _gate.TryEnter())
            {
                try
                {
                    if (IsTimeToLook)
                    {
                        Look();
                    }
                }
                finally
                {
                    _gate.Exit();
                }
            }

            return _isThere;
        }
    }

    public bool TryRun(IThreadPoolWorkItem work)
    {
        if (!IsThere)
        {
            return false;
        }

        if (Interlocked.Increment(ref _helpers) > MostHelpers)
        {
            Interlocked.Decrement(ref _helpers);
            return false;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static job => job.Core.Run(job.Work), (Core: this, Work: work), preferLocal: false);
        return true;
    }

    private void Run(IThreadPoolWorkItem work)
    {
        long begun = _time.GetTimestamp();
        work.Execute();
        Used(_time.GetElapsedTime(begun));
        Interlocked.Decrement(ref _helpers);
    }

    private bool IsTimeToLook => _time.GetElapsedTime(Volatile.Read(ref _looked)) >= BetweenLooks;

    /// <summary>So long somebody worked on it who asked: it is no less free for that.</summary>
    internal void Used(TimeSpan took) => Interlocked.Add(ref _usedTicks, took.Ticks);

    private void Look()
    {
        TimeSpan since = _time.GetElapsedTime(_looked);
        long? before = _idle;
        double used = TimeSpan.FromTicks(Interlocked.Exchange(ref _usedTicks, 0)).TotalSeconds;
        _idle = ReadIdle();
        Volatile.Write(ref _looked, _time.GetTimestamp());
        _isThere = since < TooLong && ((_idle - before) * Tick) + used >= Enough * since.TotalSeconds;
    }

    /// <summary>Ticks since the machine started, of all cores this process may use; null where there is only one, or nothing is said.</summary>
    private long? ReadIdle()
    {
        try
        {
            string status = read("self/status");
            string allowed = status[(status.IndexOf(AllowedList, StringComparison.Ordinal) + AllowedList.Length)..].Split('\n')[0];
            List<int> cores = [.. ReadList(allowed)];
            // "cpu0 user nice system idle ..."
            string[][] lines = [.. read("stat").Split('\n').Select(line => line.Split(' '))];
            return cores.Count < 2 ? null : cores.Sum(core => long.Parse(lines.First(words => words[0] == $"cpu{core}")[4], CultureInfo.InvariantCulture));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException or InvalidOperationException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    /// <summary>"0-2,5"</summary>
    private static IEnumerable<int> ReadList(string list)
    {
        foreach (string range in list.Split(',', StringSplitOptions.TrimEntries))
        {
            int[] ends = [.. range.Split('-').Select(end => int.Parse(end, CultureInfo.InvariantCulture))];
            for (int core = ends[0]; core <= ends[^1]; core++)
            {
                yield return core;
            }
        }
    }
}
