using System.Collections.Concurrent;
using Umbra.Core.Codecs;
using Umbra.Core.Rfb;
using Umbra.Sessions.Sources.Pattern;

namespace Umbra.Sessions.Tests.FrontEnds;

/// <summary>
/// Bad conversations, one after the other, beside a healthy viewer that must keep getting pictures; at the end the pool is empty, nobody
/// has failed
/// and no exception was left unobserved.
/// </summary>
[Trait("Category", "Fuzz")]
public abstract class FuzzTest : PeerTest
{
    private readonly ConcurrentQueue<string> _unobserved = new();

    protected FuzzTest() => TaskScheduler.UnobservedTaskException += Keep;

    /// <summary>A session that moves, and its healthy viewer's count of updates.</summary>
    protected Session NewMovingSession() => NewSession(
        new PatternSource(new PatternOptions { Size = new(96, 64), StepsPerSecond = 60 }, TimeProvider.System),
            options: new SessionOptions { UpdateRate = 60 });

    /// <summary>Runs <paramref name="one"/> for each seed; names the seed that fails.</summary>
    protected async Task FuzzAsync(Session session, Func<int, Task> one)
    {
        await using HealthyViewer healthy = new(session);
        await healthy.NextAsync();
        long most = 0;
        foreach (int seed in FuzzBudget.Seeds())
        {
            try
            {
                await one(seed);
                most = Math.Max(most, Pool.Root.Bytes);
            }
            catch (Exception exception)
            {
                string log = string.Join('\n', Log.Lines.TakeLast(3));
                throw new InvalidOperationException($"with UMBRA_FUZZ_SEED={seed}: {exception.Message}\n{log}", exception);
            }

            Assert.True(Log.Failures.IsEmpty, $"with UMBRA_FUZZ_SEED={seed}: {string.Join('\n', Log.Failures)}");
        }

        await healthy.NextAsync();
        Assert.InRange(most, 1, 32 * 1024 * 1024);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        TaskScheduler.UnobservedTaskException -= Keep;
        Assert.True(_unobserved.IsEmpty, string.Join('\n', _unobserved));
    }

    /// <summary>Tests run side by side: only what comes out of the code under test is ours to judge.</summary>
    private void Keep(object? sender, UnobservedTaskExceptionEventArgs unobserved)
    {
        string text = unobserved.Exception.ToString();
        if (text.Contains("at Umbra.Sessions.FrontEnds.", StringComparison.Ordinal)
            || text.Contains("at Umbra.Sessions.Shadowing.", StringComparison.Ordinal))
        {
            _unobserved.Enqueue(text);
        }
    }

    private sealed class HealthyViewer : IAsyncDisposable
    {
        private readonly SessionViewer _viewer;
        private readonly CancellationTokenSource _over = new();
        private readonly Task _watching;
        private long _updates;

        public HealthyViewer(Session session)
        {
            _viewer = session.Join(new EncodingClass(RfbEncoding.Tight, PixelFormat.Bgrx, -1, 1), "healthy", isOwner: false);
            _watching = WatchAsync();
        }

        /// <summary>Waits for pictures that begin after the call.</summary>
        public async Task NextAsync()
        {
            using CancellationTokenSource patience = new(Served.Patience);
            for (long before = Volatile.Read(ref _updates); Volatile.Read(ref _updates) < before + 3;)
            {
                await Task.Delay(5, patience.Token);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _over.CancelAsync();
            await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _viewer.Dispose();
            _over.Dispose();
        }

        private async Task WatchAsync()
        {
            _viewer.SetReady(true);
            while (true)
            {
                _viewer.Picture.AcceptSize(out _);
                while (_viewer.TakeUpdate(int.MaxValue, int.MaxValue) is { } update)
                {
                    update.Dispose();
                    Interlocked.Increment(ref _updates);
                }

                await _viewer.WaitAsync(_over.Token);
            }
        }
    }
}
