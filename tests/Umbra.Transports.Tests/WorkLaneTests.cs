using System.Globalization;

namespace Umbra.Transports.Tests;

public sealed class WorkLaneTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly WorkLane _lane = new("test lane", threads: 1);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Post_SeveralThings_RunInTheirOrder()
    {
        List<int> done = [];
        TaskCompletionSource last = new(TaskCreationOptions.RunContinuationsAsynchronously);
        for (int i = 0; i < 1000; i++)
        {
            int number = i;
            _lane.Post(new Work(() =>
            {
                done.Add(number);
                if (number == 999)
                {
                    last.SetResult();
                }
            }));
        }

        await last.Task.WaitAsync(Patience, Stop);
        Assert.Equal(Enumerable.Range(0, 1000), done);
    }

    [Fact]
    public async Task Enter_FromElsewhere_GoesOnInTheLaneAndStays()
    {
        (string? first, string? second, bool isAtOnce) = await InLaneAsync();

        Assert.Equal(("test lane", "test lane", true), (first, second, isAtOnce));

        async Task<(string?, string?, bool)> InLaneAsync()
        {
            await _lane.Enter();
            string? name = Thread.CurrentThread.Name;
            bool isAtOnce = _lane.Enter().IsCompleted;
            await _lane.Enter();
            return (name, Thread.CurrentThread.Name, isAtOnce);
        }
    }

    [Fact]
    public async Task Threads_GiveWayToOthers()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        // Not here: whoever awaited a lane before, another test even, may have left us in it.
        int pool = await Task.Run(ReadNice, Stop);

        Assert.Equal(pool + 10, await InLaneAsync());

        async Task<int> InLaneAsync()
        {
            await _lane.Enter();
            return ReadNice();
        }

        // proc_pid_stat(5): the 19th field, the 17th behind the name.
        static int ReadNice() => int.Parse(File.ReadAllText("/proc/thread-self/stat").Split(") ")[^1].Split(' ')[16], CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task Dispose_WorkQueuedAndPostedLater_AllOfItRuns()
    {
        using ManualResetEventSlim go = new();
        TaskCompletionSource queued = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource later = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _lane.Post(new Work(() => go.Wait(Patience)));
        _lane.Post(new Work(queued.SetResult));

        _lane.Dispose();
        _lane.Post(new Work(later.SetResult));
        await later.Task.WaitAsync(Patience, Stop);
        Assert.False(queued.Task.IsCompleted);
        go.Set();
        await queued.Task.WaitAsync(Patience, Stop);
        await EnterAsync().WaitAsync(Patience, Stop);

        async Task EnterAsync() => await _lane.Enter();
    }

    public void Dispose() => _lane.Dispose();

    private sealed class Work(Action action) : IThreadPoolWorkItem
    {
        public void Execute() => action();
    }
}
