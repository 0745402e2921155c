using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Umbra.Configuration;
using Umbra.Core.Memory;
using Umbra.Node;

namespace Umbra.Memory;

/// <summary>
/// Looks at the node's memory a few times a second and does what is due: gives idle memory back, all of it once nobody looks any more; tells of growth that looks like a leak, and recycles the link if it
/// is told to; at a high level what can be made again is given up and nobody new is let in; at a critical one somebody goes, a few at a time, until that is over. See
/// docs/memory.md.
/// </summary>
internal sealed partial class MemoryGuard(NodeEngine engine, BufferPool pool, MemoryCondition condition, NodeSettings settings, TimeProvider time, ILogger<MemoryGuard> logger)
    : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    /// <summary>What those who were sent away hold takes some time to come back.</summary>
    private static readonly TimeSpan BetweenRounds = TimeSpan.FromMilliseconds(500);

    /// <summary>The process as a whole gets it back later than the pool does.</summary>
    private static readonly TimeSpan BetweenProcessRounds = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan TrimEvery = TimeSpan.FromSeconds(10);

    /// <summary>By then the pool has given back what those who left held.</summary>
    private static readonly TimeSpan QuietFor = TrimEvery * 2.5;

    /// <summary>What <see cref="PoolWatchdog"/> expects.</summary>
    private static readonly TimeSpan WatchEvery = TimeSpan.FromSeconds(1);

    private const int ShedAtOnce = 4;
    private const int MaxStacks = 3;

    private readonly PressureGauge _data = new();
    private readonly PressureGauge _process = new();
    private readonly PoolWatchdog _watchdog = new();
    private readonly QuietGauge _quiet = new(QuietFor);
    private long _lastWatch = time.GetTimestamp();
    private long _lastRound;
    private long _lastStop;
    private StopReport? _stop;
    private long _lastTrim = time.GetTimestamp();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        pool.MustSucceedEmpty = stop => Volatile.Write(ref _stop, stop);
        using PeriodicTimer timer = new(Look, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                LookForStops();
                LookAtPressure();
                LookForLeaks();
                LookForQuiet();
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // Whatever it was, memory must not go unwatched from now on.
                LogFailed(exception);
            }
        }
    }

    /// <summary>An owner's path was refused memory, and tries again: one shadow has to go for it, and not one for each try, nor while another is on its way out.</summary>
    private void LookForStops()
    {
        if (time.GetElapsedTime(_lastStop) < BetweenRounds || engine.Shedding.LeavingBytes > 0 || Interlocked.Exchange(ref _stop, null) is not { } stop)
        {
            return;
        }

        _lastStop = time.GetTimestamp();
        LogStop(stop);
        engine.Shedding.ShedOne($"{engine.Name} has no memory left for {stop.Account}");
    }

    private void LookAtPressure()
    {
        // What owners hold of their reserve is as much a reason to make room as what shadowers hold.
        (long Used, long Limit) data = (pool.Root.Bytes, pool.Root.Limit - pool.Root.Reserve);
        (long Used, long Limit) process = (ProcessMemory.Resident, settings.Plan.ProcessLimit ?? long.MaxValue);
        PressureLevel before = condition.Level;
        PressureLevel ofData = _data.Read(data.Used, data.Limit);
        PressureLevel ofProcess = _process.Read(process.Used, process.Limit);
        bool isProcess = ofProcess > ofData;
        (long used, long limit) = isProcess ? process : data;
        PressureLevel level = condition.Level = isProcess ? ofProcess : ofData;
        string state = $"{ByteSize.Format(used)} of {ByteSize.Format(limit)}";
        if (level != before)
        {
            LogLevelChanged(level, state, isProcess ? "the process limit" : "what is not reserved for owners");
        }

        engine.CloseToShadowers(level < PressureLevel.High ? null : $"{engine.Name} is short of memory ({state}); try again in a minute");
        GiveBack(level, isNew: level > before);
        if (level == PressureLevel.Critical && time.GetElapsedTime(_lastRound) >= (isProcess ? BetweenProcessRounds : BetweenRounds))
        {
            _lastRound = time.GetTimestamp();

            // What can be encoded again goes before anybody does, and who is leaving frees what he holds.
            engine.ForgetTiles();
            Shed(PressureGauge.Excess(pool.Root.Bytes, limit) - engine.Shedding.LeavingBytes, $"{engine.Name} is short of memory ({state})");
        }
    }

    private void LookForLeaks()
    {
        if (time.GetElapsedTime(_lastWatch) < WatchEvery)
        {
            return;
        }

        _lastWatch = time.GetTimestamp();
        pool.Tick();
        foreach (PoolGrowth growth in _watchdog.Look(time.GetElapsedTime(0), pool.ReadHeld(PoolWatchdog.SettledFor), pool.ReadTags()))
        {
            Suspect(growth);
        }
    }

    private void LookForQuiet()
    {
        if (_quiet.Read(engine.IsWatched, time.GetElapsedTime(0)))
        {
            ProcessMemory.GiveBack();
        }
    }

    private void Suspect(PoolGrowth growth)
    {
        IReadOnlyList<OutstandingBlocks> verified = pool.Verifier?.ReadOutstanding(growth.Account) ?? [];
        string[] stacks = [.. verified.Where(blocks => blocks.Tag == growth.Tag && blocks.Stack.Length > 0).Take(MaxStacks).Select(blocks => $"{blocks.Blocks} blocks, {blocks.Bytes} bytes, rented at\n{blocks.Stack}")];
        string advice = stacks.Length > 0 ? "\n" + string.Join('\n', stacks) : "; 'umbra verifier on' shows who rents them";
        Account? account = growth.Account;
        while (account is { Recycle: null })
        {
            account = account.Parent;
        }

        bool isRecycled = account is not null && settings.LeakAction == LeakAction.Recycle;
        LogSuspicion(growth, isRecycled ? $"; {account!.Name} is recycled" : "", advice);
        condition.Add(new PoolSuspicion(time.GetUtcNow(), growth, stacks, isRecycled));
        if (isRecycled)
        {
            account!.Recycle?.Invoke(growth.ToString());
        }
    }

    private void GiveBack(PressureLevel level, bool isNew)
    {
        if (level >= PressureLevel.High && isNew)
        {
            engine.ForgetTiles();
            pool.Trim();
        }

        if (time.GetElapsedTime(_lastTrim) >= (level == PressureLevel.None ? TrimEvery : TrimEvery / 10))
        {
            _lastTrim = time.GetTimestamp();
            pool.TrimIdle();
        }
    }

    private void Shed(long excess, string why)
    {
        for (int i = 0; i < ShedAtOnce && excess > 0; i++)
        {
            if (engine.Shedding.ShedOne(why) is not { } freed)
            {
                return;
            }

            excess -= freed;
        }
    }

    [LoggerMessage(LogLevel.Warning, "memory pressure is {Level} now: {State} of {What}")]
    private partial void LogLevelChanged(PressureLevel level, string state, string what);

    [LoggerMessage(LogLevel.Critical, "{Stop}")]
    private partial void LogStop(StopReport stop);

    [LoggerMessage(LogLevel.Error, "{Growth}{Action}{Advice}")]
    private partial void LogSuspicion(PoolGrowth growth, string action, string advice);

    [LoggerMessage(LogLevel.Error, "a look at the memory failed; the next is due as usual")]
    private partial void LogFailed(Exception exception);
}
