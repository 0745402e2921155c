using Microsoft.Extensions.Time.Testing;
using Umbra.Transports.Serial;

namespace Umbra.Transports.Tests.Serial;

public sealed class LinePacerTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Wait_TwoFramesAreOnTheirWay_UntilOneHasGone()
    {
        LinePacer pacer = new(_time, bytesPerSecond: 1000, ahead: TimeSpan.FromMilliseconds(100));
        await pacer.WaitAsync(CancellationToken.None);
        pacer.Add(100);
        await pacer.WaitAsync(CancellationToken.None);
        pacer.Add(100);

        Task third = pacer.WaitAsync(CancellationToken.None).AsTask();
        _time.Advance(TimeSpan.FromMilliseconds(99));
        Assert.False(third.IsCompleted);
        Assert.Equal(TimeSpan.FromMilliseconds(101), pacer.Backlog);

        _time.Advance(TimeSpan.FromMilliseconds(1));
        await third.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void Backlog_AfterARest_DoesNotCountTheRest()
    {
        LinePacer pacer = new(_time, bytesPerSecond: 1000, ahead: TimeSpan.Zero);
        pacer.Add(10);
        _time.Advance(TimeSpan.FromSeconds(5));
        pacer.Add(10);

        Assert.Equal(TimeSpan.FromMilliseconds(10), pacer.Backlog);
    }

    [Fact]
    public async Task Wait_Cancelled_Ends()
    {
        LinePacer pacer = new(_time, bytesPerSecond: 1, ahead: TimeSpan.Zero);
        pacer.Add(100);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pacer.WaitAsync(new CancellationToken(canceled: true)).AsTask());
    }
}
