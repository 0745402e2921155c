using Umbra.Memory;

namespace Umbra.Tests.Memory;

public sealed class QuietGaugeTests
{
    private readonly QuietGauge _gauge = new(TimeSpan.FromSeconds(10));

    [Fact]
    public void Read_NobodyEverLooked_IsNothingToSay()
    {
        Assert.False(Read(false, 0));
        Assert.False(Read(false, 100));
    }

    [Fact]
    public void Read_QuietAfterSomebodyLooked_IsSaidOnce_EachTime()
    {
        Assert.False(Read(true, 0));
        Assert.False(Read(false, 9));
        Assert.True(Read(false, 10));
        Assert.False(Read(false, 11));
        Assert.False(Read(false, 100));
        Assert.False(Read(true, 101));
        Assert.True(Read(false, 111));
    }

    [Fact]
    public void Read_SomebodyComesInBetween_BeginsAnew()
    {
        Assert.False(Read(true, 0));
        Assert.False(Read(false, 9));
        Assert.False(Read(true, 10));
        Assert.False(Read(false, 19));
        Assert.True(Read(false, 20));
    }

    private bool Read(bool isWatched, int seconds) => _gauge.Read(isWatched, TimeSpan.FromSeconds(seconds));
}
