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

    [Fact]
    public void Arrived_At10KilobytesASecond_SettlesAtAQuarterOfASecondWorth()
    {
        UpdateBudget budget = new();
        for (int i = 0; i < 20; i++)
        {
            budget.Arrived(budget.Bytes, TimeSpan.FromSeconds(budget.Bytes / 10_000.0));
        }

        Assert.InRange(budget.Bytes, 2000, 3000);
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
