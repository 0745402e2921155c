using Umbra.Api;

namespace Umbra.EndToEnd.Tests.Faults;

/// <summary>People who come, look and go, half of them without saying goodbye: nothing of them stays.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class CycleTests
{
    private const int Cycles = 1000;

    /// <summary>Several, because each lets in so many strangers a second and no more.</summary>
    private const int OpenShadows = 16;

    [Fact]
    public async Task Cycles_HalfOfThemCutInAMessage_LeaveNothing()
    {
        await using NodePair pair = await NodePair.StartAsync();
        await pair.StartPatternAsync("pat", 640, 400);
        await Eventually.TrueAsync(
            async () => await pair.TargetApi.GetSessionAsync("pat", CancellationToken.None) is { State: SessionState.Active }, "the pattern is shown");

        // What the first visits bring for good (a session's encoders, threads, sockets of the runtime) is there after these.
        await Visits.RunAsync(pair, "pat", 3 * Visits.AtOnce * Visits.Kinds, OpenShadows);
        Idle nearIdle = await Idle.WaitAsync(pair.Near, pair.NearApi);
        Idle targetIdle = await Idle.WaitAsync(pair.Target, pair.TargetApi);
        await Visits.RunAsync(pair, "pat", Cycles, OpenShadows);

        await nearIdle.ReturnsAsync(pair.Near, pair.NearApi, "the near node");
        await targetIdle.ReturnsAsync(pair.Target, pair.TargetApi, "the target node");
        Assert.DoesNotContain("fail:", pair.Near.Process.Errors.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("fail:", pair.Target.Process.Errors.ToString(), StringComparison.Ordinal);
        Assert.Empty(await pair.NearApi.ListShadowsAsync(CancellationToken.None));
        Assert.Empty(await pair.TargetApi.ListShadowsAsync(CancellationToken.None));
        Assert.Empty(await pair.NearApi.ListSessionsAsync(CancellationToken.None));
    }
}
