using Microsoft.Extensions.Logging;
using Umbra.Core.Codecs;
using Umbra.Core.Surfaces;
using Umbra.Core.Surfaces.Text;
using Umbra.Sessions.Sources;

namespace Umbra.Sessions;

/// <summary>The side of a session that faces its source.</summary>
public sealed partial class Session
{
    EncodingClass ISourceSink.Wish => Surface.Wish;

    void ISourceSink.Commit(Canvas canvas, ReadOnlySpan<Rect> damage, ReadOnlySpan<CopyMove> moves, ReceivedPicture? received)
    {
        CommitBegins();
        Surface.Commit(canvas, damage, moves, Now, received);
        CommitEnds();
    }

    Canvas ISourceSink.Exchange(Canvas canvas, ReadOnlySpan<Rect> damage)
    {
        CommitBegins();
        Canvas next = Surface.Exchange(canvas, damage, Now);
        CommitEnds();
        return next;
    }

    void ISourceSink.Announce(Size size, ReadOnlySpan<Rect> damage, ReadOnlySpan<CopyMove> moves, in ReceivedPicture received) =>
        Surface.Announce(size, damage, moves, received);

    void ISourceSink.Withdraw() => Surface.Withdraw();

    void ISourceSink.SetCursor(CursorShape cursor)
    {
        lock (_gate)
        {
            _controls.Cursor?.Dispose();
            _controls.Cursor = cursor;
            _controls.Versions = _controls.Versions with { Cursor = _controls.Versions.Cursor + 1 };
        }

        WakeViewers();
    }

    void ISourceSink.SetTitle(string title)
    {
        lock (_gate)
        {
            _controls.Title = title;
            _controls.Versions = _controls.Versions with { Title = _controls.Versions.Title + 1 };
        }

        WakeViewers();
    }

    void ISourceSink.SetClipboard(string text)
    {
        lock (_gate)
        {
            _controls.Clipboard = text;
            _controls.Versions = _controls.Versions with { Clipboard = _controls.Versions.Clipboard + 1 };
        }

        WakeViewers();
    }

    void ISourceSink.SetLeds(byte leds)
    {
        lock (_gate)
        {
            _controls.Leds = leds;
            _controls.Versions = _controls.Versions with { Leds = _controls.Versions.Leds + 1 };
        }

        WakeViewers();
    }

    void ISourceSink.Bell()
    {
        lock (_gate)
        {
            _controls.Versions = _controls.Versions with { Bells = _controls.Versions.Bells + 1 };
        }

        WakeViewers();
    }

    async ValueTask ISourceSink.WaitForDemandAsync(CancellationToken cancellationToken)
    {
        while (!IsNextWanted())
        {
            await _demand.WaitAsync(cancellationToken);
        }

        // From one picture being begun to the next: how long one takes must not come on top. One may come early after a rest: the first thing drawn is seldom all of it.
        TimeSpan turn = TimeSpan.FromSeconds(1.0 / _options.UpdateRate);
        TimeSpan pause = _nextTurn - _time.GetElapsedTime(0) - turn;
        if (pause > TimeSpan.Zero)
        {
            await Task.Delay(pause, _time, cancellationToken);
        }

        TimeSpan now = _time.GetElapsedTime(0);
        _nextTurn = (now > _nextTurn ? now : _nextTurn) + turn;
    }

    private void CommitBegins()
    {
        Volatile.Write(ref _lastCommit, _time.GetTimestamp());
        Volatile.Write(ref _encodedTicks, 0);
        TrySetState(SessionState.Active, "");
    }

    private void CommitEnds()
    {
        Interlocked.Increment(ref _commits);
        _firstCommit.TrySetResult();
    }

    /// <summary>
    /// The owner gets the next picture when he wants it. For shadowers it waits until all of them are through with this one, but no longer than this one took to encode: else
    /// those who are through first would have the next one encoded before the others, and those another, and all time would go into encoding for few.
    /// </summary>
    private bool IsNextWanted()
    {
        if (Surface.HasDemand(ofLane: false))
        {
            return true;
        }

        if (!Turns.AreOver || !Surface.HasDemand())
        {
            return false;
        }

        TimeSpan pause = TimeSpan.FromTicks(2 * Volatile.Read(ref _encodedTicks)) - _time.GetElapsedTime(Volatile.Read(ref _lastCommit));
        if (pause <= TimeSpan.Zero || Surface.AllOfLaneWait)
        {
            return true;
        }

        _pauseOver.Change(pause, Timeout.InfiniteTimeSpan);
        return false;
    }

    private async Task RunSourceAsync(CancellationToken cancellationToken)
    {
        TimeSpan retry = _options.FirstRetry;
        while (!cancellationToken.IsCancellationRequested)
        {
            long commits = Commits;
            string reason = "the source ended";
            try
            {
                await Source.RunAsync(this, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (SourceMovedException)
            {
                continue;
            }
            catch (Exception exception)
            {
                // Whatever a source dies of, the session and its viewers stay; the next attempt starts from nothing.
                reason = exception.Message;
            }

            retry = Commits > commits ? _options.FirstRetry : retry;
            if (!cancellationToken.IsCancellationRequested)
            {
                ShowLost(reason, retry);
                await Task.Delay(retry, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                retry = retry * 2 < _options.LastRetry ? retry * 2 : _options.LastRetry;
            }
        }
    }

    private void ShowLost(string reason, TimeSpan retry)
    {
        if (TrySetState(SessionState.Lost, reason))
        {
            _logger.LogWarning("session {Session}: source {Kind} lost: {Reason}; trying again from {Retry} on", Name, Source.Kind, reason, retry);
            ShowNotice($"{Name}: {reason} - trying again");
        }
    }

    /// <summary>Draws a notice over the last picture; the source's next commit replaces it.</summary>
    private void ShowNotice(string text)
    {
        try
        {
            using Canvas canvas = Surface.Copy(Account);
            NoticeBanner.Draw(canvas, text);
            Surface.Commit(canvas, [canvas.Size.Bounds], [], Now);
        }
        catch (Core.Memory.QuotaExceededException exception)
        {
            _logger.LogWarning("session {Session}: no memory for a notice: {Reason}", Name, exception.Message);
        }
    }

    /// <summary>Wakes viewers who wait for exact pixels.</summary>
    private async Task RunRefinementAsync(CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(RefinementTick, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                if (Surface.HasLossyViewers)
                {
                    WakeViewers();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // the session ends
        }
    }
}
