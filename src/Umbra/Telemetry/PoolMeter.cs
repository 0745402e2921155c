using System.Diagnostics.Metrics;
using Umbra.Api;
using Umbra.Core.Memory;
using Umbra.Memory;

namespace Umbra.Telemetry;

/// <summary>The memory pool in numbers, those of <c>GET /v1/pool</c>. Nothing is counted here: what is there is read when somebody collects.</summary>
internal sealed class PoolMeter
{
    public const string Name = "Umbra.Pool";
    private readonly BufferPool _pool;
    private readonly long[] _frees = new long[BufferTags.Count];
    private readonly Lock _gate = new();

    public PoolMeter(IMeterFactory meters, BufferPool pool, MemoryCondition condition)
    {
        _pool = pool;
        Meter meter = meters.Create(Name);
        meter.CreateObservableUpDownCounter("umbra.pool.usage", () => ByTag(t => t.Bytes), "By", "Bytes out, in whole blocks");
        meter.CreateObservableUpDownCounter("umbra.pool.outstanding", () => ByTag(t => t.Outstanding), "{block}", "Blocks out");
        meter.CreateObservableCounter("umbra.pool.allocations", () => ByTag(t => t.Allocs), "{allocation}", "Blocks ever taken");
        meter.CreateObservableCounter("umbra.pool.frees", () => ByTag(Frees), "{free}", "Blocks ever given back");
        meter.CreateObservableCounter("umbra.pool.refusals", () => ByTag(t => t.Refused), "{refusal}", "Blocks refused at a limit");
        meter.CreateObservableGauge("umbra.pool.tag.peak", () => ByTag(t => t.PeakBytes), "By", "Most bytes that were ever out under a tag");
        meter.CreateObservableGauge("umbra.pool.peak", () => pool.Root.PeakBytes, "By", "Most bytes that were ever out");
        meter.CreateObservableUpDownCounter("umbra.pool.kept", () => pool.KeptBytes, "By", "Free bytes kept for the next rent");
        meter.CreateObservableUpDownCounter("umbra.pool.limit", () => pool.Root.Limit, "By", "Most bytes that may be out");
        meter.CreateObservableGauge("umbra.pool.pressure", () => (int)condition.Level, "{level}", "0 none, 1 elevated, 2 high, 3 critical");
        meter.CreateObservableCounter("umbra.pool.suspicions", () => condition.Suspected, "{suspicion}", "Times that growth looked like a leak");
        meter.CreateObservableUpDownCounter("umbra.pool.reserve", () => pool.Root.Reserve, "By", "What of the limit only sessions, their owners' viewers and the API may use");
    }

    private IEnumerable<Measurement<long>> ByTag(Func<TagUsage, long> value) => _pool.ReadTags().Select(usage => new Measurement<long>(
        value(usage), new("umbra.pool.tag", usage.Name.TrimEnd()), new("umbra.pool.driver", PoolTagInfo.From(usage).Driver)));

    /// <summary>A reading may be some ahead of what was freed then, and the next behind it; whoever collects takes a step back for a new beginning.</summary>
    private long Frees(TagUsage usage)
    {
        lock (_gate)
        {
            return _frees[(int)usage.Tag] = Math.Max(_frees[(int)usage.Tag], usage.Frees);
        }
    }
}
