using Umbra.Core.Memory;
using Umbra.Testing;

namespace Umbra.Core.Tests.Memory;

/// <summary>What is a leak and what is not, one look a second; series that a node would see.</summary>
public sealed class PoolWatchdogTests : PoolTest
{
    private const long Kib = 1024;
    private readonly Account _link;
    private readonly PoolWatchdog _watchdog = new();
    private int _second;
    private long _rents;

    public PoolWatchdogTests() => _link = Pool.Root.Open("link to server-b", driver: "Tdpipe");

    [Theory]
    [InlineData(2)]
    [InlineData(100)]
    [InlineData(10_000)]
    public void Leak_AnySpeed_NamedWithinAMinute(long kibPerSecond)
    {
        PoolGrowth growth = Assert.Single(Watch(59, second => second * kibPerSecond * Kib));
        Assert.Equal((_link, BufferTag.Mdl), (growth.Account, growth.Tag));
        Assert.InRange(growth.BytesPerSecond, 0.9 * kibPerSecond * Kib, 1.1 * kibPerSecond * Kib);
        Assert.Contains("tag Mdl , driver Tdpipe, account link to server-b", growth.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Torrent_IsNamedBeforeItReachesALimit() => Assert.NotEmpty(Watch(15, second => second * 24 * 1024 * Kib));

    [Fact]
    public void Leak_UnderTraffic_Named() => Assert.NotEmpty(Watch(60, second => (second * 20 * Kib) + Random(second, 900 * Kib, onlyTimes: 3)));

    [Fact]
    public void Leak_TrafficPauses_NamedAfterAsMuchTraffic()
    {
        long held = 0;
        Assert.NotEmpty(Watch(90, second => held += IsPause(second) ? 0 : 50 * Kib, flows: second => !IsPause(second)));

        static bool IsPause(int second) => second / 10 % 2 == 1;
    }

    [Fact]
    public void Leak_GoesOn_SaidOnceAMinute() => Assert.InRange(Watch(30 + 179, second => second * 100 * Kib).Count, 3, 3);

    [Fact]
    public void FillsUp_NotNamed() => Assert.Empty(Watch(300, second => (long)(8 * 1024 * Kib * (1 - Math.Exp(-second / 8.0)))));

    [Fact]
    public void GoesUpAndDown_NotNamed() => Assert.Empty(Watch(300, second => (long)((1 + Math.Sin(second / 5.0)) * 4096 * Kib)));

    [Fact]
    public void Noise_NotNamed() => Assert.Empty(Watch(300, second => Random(second, 4096 * Kib)));

    [Theory]
    [InlineData(10)]
    [InlineData(25)]
    [InlineData(60)]
    public void ComesInSteps_NotNamed(int seconds) => Assert.Empty(Watch(300, second => second / seconds * 2048 * Kib));

    [Fact]
    public void Creeps_LessThanItIsWorth_NotNamed() => Assert.Empty(Watch(600, second => second * Kib / 4));

    [Fact]
    public void GrowsAsItsWorkExplains_NotNamed()
    {
        _link.Explain(BufferTag.Mdl, () => _second * 100 * Kib);
        Assert.Empty(Watch(120, second => second * 100 * Kib));
    }

    [Fact]
    public void GrowsBeyondWhatItsWorkExplains_Named()
    {
        _link.Explain(BufferTag.Mdl, () => 1024 * Kib);
        Assert.NotEmpty(Watch(90, second => second * 100 * Kib));
    }

    [Fact]
    public void GrowsWithoutTraffic_NotNamed() => Assert.Empty(Watch(120, second => second * 100 * Kib, flows: _ => false));

    [Fact]
    public void RealBlocks_OneInTenForgotten_NamedByTheCensus()
    {
        List<Lease> forgotten = [];
        List<PoolGrowth> found = [];
        for (_second = 0; _second < 60; _second++)
        {
            for (int i = 0; i < 100; i++)
            {
                Lease lease = Pool.Rent(1000, BufferTag.TdPipe, _link);
                if (i % 10 == 0)
                {
                    forgotten.Add(lease);
                }
                else
                {
                    lease.Dispose();
                }
            }

            Pool.Tick();
            found.AddRange(_watchdog.Look(TimeSpan.FromSeconds(_second), Pool.ReadHeld(PoolWatchdog.SettledFor), Pool.ReadTags()));
        }

        PoolGrowth growth = Assert.Single(found);
        Assert.Equal((_link, BufferTag.TdPipe), (growth.Account, growth.Tag));
        Assert.InRange(growth.PerThousandRents, 80, 101);
        forgotten.ForEach(lease => lease.Dispose());
    }

    private List<PoolGrowth> Watch(int seconds, Func<int, long> bytes, Func<int, bool>? flows = null)
    {
        List<PoolGrowth> found = [];
        for (_second = 0; _second < seconds; _second++)
        {
            long held = bytes(_second);
            _rents += flows?.Invoke(_second) == false ? 0 : 1000;
            HeldBlocks blocks = new(_link, BufferTag.Mdl, held / 256, held, held / 256, held);
            TagUsage[] tags = [new TagUsage(BufferTag.Mdl, _rents, 0, held, held, 0)];
            found.AddRange(_watchdog.Look(TimeSpan.FromSeconds(_second), [blocks], tags));
        }

        return found;
    }

    /// <summary>The same for the same second.</summary>
    private static long Random(int second, long most, int onlyTimes = 1) =>
        second % onlyTimes == 0 ? new Random(second).NextInt64(most) : 0;
}
