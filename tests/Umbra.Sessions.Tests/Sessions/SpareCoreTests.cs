using Microsoft.Extensions.Time.Testing;

namespace Umbra.Sessions.Tests.Sessions;

/// <summary>On a machine of two cores, as each test wants it to be used.</summary>
public sealed class SpareCoreTests
{
    private readonly FakeTimeProvider _time = new();
    private double _idle;

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
        SpareCore spare = NewSpare(allowed);
        for (int second = 0; second < 3; second++)
        {
            Pass(idle);
            spare.Used(TimeSpan.FromSeconds(used));
            Assert.Equal(isThere, spare.IsThere);
        }
    }

    [Fact]
    public void IsThere_AskedForTheFirstTimeInAWhile_IsNot()
    {
        SpareCore spare = NewSpare("0-1");
        Pass(idle: 2, seconds: 60);
        Assert.False(spare.IsThere);
        Pass(idle: 2);
        Assert.True(spare.IsThere);
    }

    [Fact]
    public void TryRun_MoreThanThereCanBe_IsRefusedUntilOneIsDone()
    {
        SpareCore spare = NewSpare("0-1");
        Pass(idle: 2);
        TaskCompletionSource end = new();
        Held[] held = [.. Enumerable.Range(0, SpareCore.MostHelpers).Select(_ => new Held(end))];
        Assert.All(held, work => Assert.True(spare.TryRun(work)));

        Assert.False(spare.TryRun(new Held(end)));

        end.SetResult();
        Assert.True(SpinWait.SpinUntil(() => spare.TryRun(new Held(end)), TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void IsThere_SystemSaysNothing_IsNot() => Assert.False(new SpareCore(TimeProvider.System, _ => throw new FileNotFoundException()).IsThere);

    /// <summary>With the files of this machine, if only that they are no error.</summary>
    [Fact]
    public void IsThere_OfThisMachine_CanBeAsked()
    {
        SpareCore spare = new(_time);
        _ = spare.IsThere;
        _time.Advance(TimeSpan.FromSeconds(1));
        _ = spare.IsThere;
    }

    private SpareCore NewSpare(string allowed)
    {
        SpareCore spare = new(_time, file => Read(file, allowed));
        Assert.False(spare.IsThere);
        return spare;
    }

    /// <param name="idle">Cores that nobody used.</param>
    private void Pass(double idle, int seconds = 1)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        _idle += idle * seconds;
    }

    private sealed class Held(TaskCompletionSource end) : IThreadPoolWorkItem
    {
        public void Execute() => end.Task.GetAwaiter().GetResult();
    }

    private string Read(string file, string allowed)
    {
        long ticks = (long)(_idle * 100 / 2);
        return file == "stat"
            ? $"cpu  9 0 9 {2 * ticks} 5\ncpu0 4 0 4 {ticks} 1\ncpu1 5 0 5 {ticks} 4\nintr 12\n"
            : $"Name:\tumbra\nCpus_allowed:\t3\nCpus_allowed_list:\t{allowed}\n";
    }
}
