using Umbra.Core.Surfaces;

namespace Umbra.Core.Tests.Surfaces;

public sealed class SpareCoreTests
{
    [Theory]
    [InlineData("0-1", 1.9, 0, true)]
    [InlineData("0-1", 1, 0, true)]
    [InlineData("0-1", 0.5, 0, false)]
    [InlineData("0-1", 0, 0, false)]
    [InlineData("0,1", 0.1, 0.9, true)] // what is used of it is free still
    [InlineData("1", 1.9, 0, false)] // there is no second one
    [InlineData("nonsense", 1.9, 0, false)]
    public void IsThere_IdleCores_OneIsFree(string allowed, double idle, double used, bool isThere)
    {
        SpareCores cores = new(allowed);
        for (int second = 0; second < 3; second++)
        {
            cores.Pass(idle);
            cores.Spare.Used(TimeSpan.FromSeconds(used));
            Assert.Equal(isThere, cores.Spare.IsThere);
        }
    }

    [Fact]
    public void IsThere_AskedForTheFirstTimeInAWhile_IsNot()
    {
        SpareCores cores = new();
        cores.Pass(idle: 2, seconds: 60);
        Assert.False(cores.Spare.IsThere);
        cores.Pass(idle: 2);
        Assert.True(cores.Spare.IsThere);
    }

    [Fact]
    public void IsThere_SystemSaysNothing_IsNot()
    {
        SpareCore spare = new(TimeProvider.System, _ => throw new FileNotFoundException());
        Assert.False(spare.IsThere);
    }

    /// <summary>The files of this machine, where it has them.</summary>
    [Fact]
    public void IsThere_OfThisMachine_CanBeAsked()
    {
        SpareCore spare = new(TimeProvider.System);
        _ = spare.IsThere;
    }
}
