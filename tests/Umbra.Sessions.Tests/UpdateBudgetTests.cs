namespace Umbra.Sessions.Tests;

public sealed class UpdateBudgetTests
{
    [Fact]
    public void Arrived_Quickly_GrowsToTheLimitInAFewUpdates()
    {
        UpdateBudget budget = new();
        for (int i = 0; i < 8; i++)
        {
            budget.Arrived(budget.Bytes, TimeSpan.FromMilliseconds(2));
        }

        Assert.Equal(UpdateBudget.MaxBytes, budget.Bytes);
    }

    /// <summary>Small updates, as of a cursor, tell the way from the wire; without one it may be twice as much.</summary>
    [Theory]
    [InlineData(true, 1700, 3800)]
    [InlineData(false, 1700, 7500)]
    public void Arrived_At10KilobytesASecond_SettlesAtAQuarterOfASecondWorth(bool hasSmallOnes, int least, int most)
    {
        UpdateBudget budget = new();
        for (int i = 0; i < 50; i++)
        {
            budget.Arrived(budget.Bytes, TimeSpan.FromSeconds(budget.Bytes / 10_000.0));
            if (hasSmallOnes)
            {
                budget.Arrived(100, TimeSpan.FromMilliseconds(10));
            }

            Assert.True(i < 20 || (budget.Bytes >= least && budget.Bytes <= most), $"{budget.Bytes} bytes");
        }
    }

    /// <summary>Over a satellite nothing arrives within a quarter of a second, however little it is.</summary>
    [Fact]
    public void Arrived_LongWayAndThickWire_GrowsAllTheSame()
    {
        UpdateBudget budget = new();
        for (int i = 0; i < 30; i++)
        {
            budget.Arrived(budget.Bytes, TimeSpan.FromSeconds(0.6 + (budget.Bytes / 1e6)));
        }

        Assert.InRange(budget.Bytes, 150_000, 400_000);
    }

    [Fact]
    public void Arrived_SmallUpdateQuickly_ProvesNothing()
    {
        UpdateBudget budget = new();
        budget.Arrived(100, TimeSpan.FromMilliseconds(1));

        Assert.Equal(UpdateBudget.FirstBytes, budget.Bytes);
    }

    [Fact]
    public void Arrived_AfterALongStall_KeepsTheLeast()
    {
        UpdateBudget budget = new();
        budget.Arrived(budget.Bytes, TimeSpan.FromHours(1));

        Assert.Equal(UpdateBudget.MinBytes, budget.Bytes);
    }
}
