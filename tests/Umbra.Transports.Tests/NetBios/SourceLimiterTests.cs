using Microsoft.Extensions.Time.Testing;
using Umbra.Transports.NetBios;

namespace Umbra.Transports.Tests.NetBios;

public sealed class SourceLimiterTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void TryPass_OneSource_HundredEachSecond_AndOthersGoOn()
    {
        SourceLimiter limiter = new(_time);
        for (int second = 0; second < 3; second++)
        {
            Assert.Equal(SourceLimiter.MaxPerSecond, Enumerable.Range(0, 1000).Count(_ => limiter.TryPass(1)));
            Assert.True(limiter.TryPass(2));
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public void TryPass_MoreSourcesThanThereIsRoomFor_IsBounded()
    {
        SourceLimiter limiter = new(_time);

        Assert.Equal(SourceLimiter.MaxSources, Enumerable.Range(1, 100_000).Count(i => limiter.TryPass((uint)i)));

        Assert.True(limiter.TryPass(1));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(limiter.TryPass(100_000));
    }
}
