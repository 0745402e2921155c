using Umbra.Core.Memory;

namespace Umbra.Core.Tests.Memory;

public sealed class TagCountersTests
{
    private const long Lap = 1L << 26;

    /// <summary>The word's lower bits tell so many returns apart; the laps say the rest, also while one of them is not counted yet.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Lap - 1)]
    [InlineData(Lap)]
    [InlineData(Lap + 1)]
    [InlineData((2 * Lap) - 1)]
    [InlineData(2 * Lap)]
    [InlineData((7 * Lap) + 5)]
    [InlineData((1_000_000 * Lap) - 1)]
    [InlineData(1_000_000 * Lap)]
    [InlineData((1_000_000 * Lap) + 7)]
    public void Returns_WithItsLapsAndShortOfOne_IsTheNumber(long returns)
    {
        // As so many blocks of 1 KiB leave it.
        long went = unchecked(Holding.OfBlock(1024) * returns);
        long laps = returns / Lap;
        Assert.Equal(returns, TagCounters.Returns(went, laps));
        Assert.Equal(returns, TagCounters.Returns(went, laps - 1));
        Assert.Equal(returns, TagCounters.Returns(went, laps + 1));
    }

    [Fact]
    public void Read_SomeCameAndWent_CountersBalance()
    {
        TagCounters counters = new();
        counters.TryAllocate(1024);
        counters.TryAllocate(4096);
        counters.Free(4096);
        counters.TryAllocate(256);
        counters.Reclaim(1024);
        counters.Refuse();
        Assert.Equal(new TagUsage(BufferTag.Test, 3, 2, 256, 5120, 1, 1), counters.Read(BufferTag.Test));
    }
}
