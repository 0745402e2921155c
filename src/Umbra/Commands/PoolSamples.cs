using Umbra.Api;

namespace Umbra.Commands;

/// <summary>The pool now and a moment before; the difference is what the changes are counted from.</summary>
internal sealed record PoolSamples(PoolInfo Now, PoolInfo? Before, DateTimeOffset At)
{
    /// <summary>The next sample taken; none while the view is paused.</summary>
    public PoolSamples Next(PoolInfo next, DateTimeOffset at, PoolView view) => view.IsPaused ? this : new(next, HasRestarted(next) ? null : Now, at);

    /// <summary>A node's counters never go back; those of one that was started again do.</summary>
    private bool HasRestarted(PoolInfo next) => next.Tags.Any(tag => Now.Tags.Any(before => before.Tag == tag.Tag && before.Allocs > tag.Allocs));
}
