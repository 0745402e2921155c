using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Umbra.Configuration;
using Umbra.Core.Memory;
using Umbra.Node;

namespace Umbra.Memory;

/// <summary>
/// Looks at the node's memory a few times a second and does what is due: gives idle memory back; at a high level what can be made again is given up and nobody
/// new is let in; at a critical one somebody goes, a few at a time, until that is over. See docs/memory.md.
/// </summary>
internal sealed partial class MemoryGuard(NodeEngine engine, BufferPool pool, TimeProvider time, ILogger<MemoryGuard> logger) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    /// <summary>What those who were sent away hold takes some time to come back.</summary>
    private static readonly TimeSpan BetweenRounds = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan TrimEvery = TimeSpan.FromSeconds(10);
    private const int ShedAtOnce = 4;

    private readonly PressureGauge _gauge = new();
    private long _lastRound;
    private long _lastTrim = time.GetTimestamp();

    /// <summary>The level of the last look.</summary>
    public PressureLevel Level => _gauge.Level;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(Look, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                TakeALook();
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // Whatever it was, memory must not go unwatched from now on.
                LogFailed(exception);
            }
        }
    }

    private void TakeALook()
    {
        // What owners hold of their reserve is as much a reason to make room as what shadowers hold.
        long limit = pool.Root.Limit - pool.Root.Reserve;
        long used = pool.Root.Bytes;
        PressureLevel before = _gauge.Level;
        PressureLevel level = _gauge.Read(used, limit);
        string state = $"{ByteSize.Format(used)} of {ByteSize.Format(limit)}";
        if (level != before)
        {
            LogLevelChanged(level, state);
        }

        engine.CloseToShadowers(level < PressureLevel.High ? null : $"{engine.Name} is short of memory ({state}); try again in a minute");
        GiveBack(level, isNew: level > before);
        if (level == PressureLevel.Critical && time.GetElapsedTime(_lastRound) >= BetweenRounds)
        {
            _lastRound = time.GetTimestamp();
            Shed(PressureGauge.Excess(used, limit), $"{engine.Name} is short of memory ({state})");
        }
    }

    private void GiveBack(PressureLevel level, bool isNew)
    {
        if (level >= PressureLevel.High && isNew)
        {
            engine.ForgetTiles();
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

    [LoggerMessage(LogLevel.Warning, "memory pressure is {Level} now: {State} of what is not reserved for owners")]
    private partial void LogLevelChanged(PressureLevel level, string state);

    [LoggerMessage(LogLevel.Error, "a look at the memory failed; the next is due as usual")]
    private partial void LogFailed(Exception exception);
}
