using Umbra.Configuration;
using Umbra.Memory;

namespace Umbra.Tests.Memory;

public sealed class MemoryPlanTests
{
    private const long MiB = 1 << 20;

    private static NodeSettings Settings => new() { StateDirectory = "/s", RuntimeDirectory = "/r" };

    [Fact]
    public void Of_NothingKnownOfTheMachine_HasTheUsualDefaults()
    {
        MemoryPlan plan = Settings.Plan;
        Assert.Equal((1024 * MiB, 64 * MiB, 1024), (plan.MemoryLimit, plan.KeptLimit, plan.Connections));
        Assert.Equal((256 * 1024, 128 * 1024), (plan.SendBuffer, plan.ReceiveBuffer));
        Assert.Equal((64, 64), (Settings.MaxSessions, Settings.MaxLinks));
        Assert.Null(plan.WhyNot(isMemoryLimitSet: false));
    }

    /// <summary>Room for one 1920x1080 session, which holds about 17 MB, with 200 viewers, each of up to 64 KiB of output and an update in flight.</summary>
    [Fact]
    public void Of_256MiB_FitsAndIsUsable()
    {
        NodeSettings settings = Settings with { ProcessLimit = 256 * MiB };
        MemoryPlan plan = settings.Plan;
        Assert.Null(plan.WhyNot(isMemoryLimitSet: false));
        Assert.InRange(plan.Sum, 240 * MiB, 256 * MiB);
        Assert.InRange(plan.MemoryLimit, 90 * MiB, 128 * MiB);
        Assert.True(plan.Connections >= 256 && settings.MaxSessions >= 4);
        Assert.InRange(plan.SendBuffer, 8 * 1024, 64 * 1024);
    }

    [Theory]
    [InlineData(230)]
    [InlineData(300)]
    [InlineData(512)]
    [InlineData(1000)]
    [InlineData(2048)]
    [InlineData(4096)]
    [InlineData(16_384)]
    [InlineData(1_000_000)]
    public void Of_AnyLimit_DefaultsFitIntoIt(long mebibytes)
    {
        MemoryPlan plan = (Settings with { ProcessLimit = mebibytes * MiB }).Plan;
        Assert.Null(plan.WhyNot(isMemoryLimitSet: false));
        Assert.True(plan.Sum <= mebibytes * MiB);
        Assert.Equal(plan.Sum, plan.Lines.Sum(line => line.Bound));
        Assert.Equal(Enum.GetValues<PlanPart>(), plan.Lines.Select(line => line.Part));
        Assert.InRange(plan.HeapLimit, plan.MemoryLimit + plan.KeptLimit, plan.Sum);
    }

    [Fact]
    public void Of_MoreMemory_NeverGivesLess()
    {
        MemoryPlan[] plans = [.. Enumerable.Range(16, 500).Select(i => (Settings with { ProcessLimit = i * 16 * MiB }).Plan)];
        foreach ((MemoryPlan less, MemoryPlan more) in plans.Zip(plans.Skip(1)))
        {
            Assert.True(
                less.MemoryLimit <= more.MemoryLimit + (2 * MiB) && less.Connections <= more.Connections,
                $"{less.ProcessLimit >> 20} MiB: {less.MemoryLimit >> 20}, then {more.MemoryLimit >> 20}");
        }
    }

    [Fact]
    public void WhyNot_ConfiguredMemoryDoesNotFit_ShowsTheSumAndWhatToDo()
    {
        MemoryPlan plan = (Settings with { ProcessLimit = 256 * MiB, MemoryLimit = 512 * MiB }).Plan;
        string why = plan.WhyNot(isMemoryLimitSet: true)!;
        Assert.StartsWith("memoryLimit 512MiB does not fit into processLimit 256MiB: data memory (the pool) 512MiB + free blocks", why, StringComparison.Ordinal);
        Assert.Contains($" = {ByteSize.Format(plan.Sum)}; lower memoryLimit", why, StringComparison.Ordinal);
    }

    [Fact]
    public void WhyNot_ProcessTooSmall_SaysSo() =>
        Assert.Contains("does not fit into processLimit 128MiB", (Settings with { ProcessLimit = 128 * MiB }).Plan.WhyNot(isMemoryLimitSet: false), StringComparison.Ordinal);
}
