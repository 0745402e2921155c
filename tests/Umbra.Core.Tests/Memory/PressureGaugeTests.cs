using Umbra.Core.Memory;

namespace Umbra.Core.Tests.Memory;

public sealed class PressureGaugeTests
{
    [Theory]
    [InlineData(69, PressureLevel.None)]
    [InlineData(70, PressureLevel.Elevated)]
    [InlineData(84, PressureLevel.Elevated)]
    [InlineData(85, PressureLevel.High)]
    [InlineData(94, PressureLevel.High)]
    [InlineData(95, PressureLevel.Critical)]
    [InlineData(130, PressureLevel.Critical)]
    public void Read_FromNone_LevelOfThePart(long used, PressureLevel expected) => Assert.Equal(expected, new PressureGauge().Read(used, 100));

    [Theory]
    [InlineData(85, PressureLevel.Critical)]
    [InlineData(84, PressureLevel.High)]
    [InlineData(75, PressureLevel.High)]
    [InlineData(74, PressureLevel.Elevated)]
    [InlineData(60, PressureLevel.Elevated)]
    [InlineData(59, PressureLevel.None)]
    [InlineData(0, PressureLevel.None)]
    public void Read_FromCritical_LeavesLowerThanItEnters(long used, PressureLevel expected)
    {
        PressureGauge gauge = new();
        gauge.Read(100, 100);
        Assert.Equal(expected, gauge.Read(used, 100));
    }

    [Fact]
    public void Read_NothingMayBeUsed_CriticalAsSoonAsSomethingIs()
    {
        PressureGauge gauge = new();
        Assert.Equal(PressureLevel.None, gauge.Read(0, 0));
        Assert.Equal(PressureLevel.Critical, gauge.Read(1, 0));
    }

    [Theory]
    [InlineData(99)]
    [InlineData(85)]
    [InlineData(10)]
    public void Excess_Given_CriticalIsLeft(long used)
    {
        PressureGauge gauge = new();
        gauge.Read(100, 100);
        Assert.True(gauge.Read(used - PressureGauge.Excess(used, 100), 100) < PressureLevel.Critical);
    }
}
