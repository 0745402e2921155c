using Umbra.Core.Memory;
using Umbra.Core.Surfaces;
using Umbra.EndToEnd.Tests.Faults;
using Umbra.Q315817;

namespace Umbra.EndToEnd.Tests.Memory;

/// <summary>
/// The article's leak, and its relatives: each is named with tag, driver and stack. What './run q315817' plays at length. UMBRA_LONG=1 shadows more, and over both drivers.
/// </summary>
[Collection(ProcessesCollection.Name)]
public sealed class Q315817Tests(ITestOutputHelper output)
{
    /// <summary>Who is cancelled seldom loses the race so often.</summary>
    private const int Tries = 12;

    private const double Gigabytes = 2;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Defect_Unprotected_FillsThePool() => Check(await NewPlay().DefectAsync(Ct));

    [Fact]
    public async Task Defect_Protected_IsNamedAndRecycledAndTheOwnerDoesNotNotice() => Check(await NewPlay().ProtectedAsync(Ct));

    [Fact]
    public async Task RealDriver_IsFlatAndLeavesNothing() => Check(await NewPlay(Long.IsWanted ? "tcp" : "pipe").RealAsync(Long.IsWanted ? 5 * Gigabytes : Gigabytes, Ct));

    [Fact]
    public async Task MixedLoad_NoFalseAlarm() => Check(await NewPlay().MixedAsync(TimeSpan.FromMinutes(Long.IsWanted ? 10 : 0.35), Ct));

    [Fact]
    public async Task OnlyHeadOfAChainFreed_IsNamedByTheWatchdog()
    {
        await using Scene scene = await Scene.StartAsync(new SceneOptions("pipe", DriverFault.OnlyHeadFreed, IsProtected: true, VerifyEvery: 64) { Size = new Size(640, 400) }, Ct);
        await UntilAsync(() => scene.Suspicions.Count > 0);
        Umbra.Memory.PoolSuspicion suspicion = scene.Suspicions.First();
        output.WriteLine(suspicion.Growth.ToString());
        Assert.Equal((BufferTag.Mdl, "Tdpipe"), (suspicion.Growth.Tag, suspicion.Growth.Account.Driver));
        Assert.Contains(suspicion.Stacks, stack => stack.Contains(nameof(FaultyStream), StringComparison.Ordinal));
        Assert.Contains(scene.Near.Log.Lines, line => line.Text.Contains("pool growth suspected: tag Mdl , driver Tdpipe", StringComparison.Ordinal));
    }

    /// <summary>Nothing is forgotten while all goes well; the end of the link shows it.</summary>
    [Theory]
    [InlineData(DriverFault.ForgottenOnCancellation)]
    [InlineData(DriverFault.ForgottenOnError)]
    public async Task ForgottenWhereATransferEnds_IsNamedAndTakenBackWhenTheLinkIs(DriverFault fault)
    {
        Scene scene = await EndATransferAsync(fault);
        for (int tries = 1; !await IsToldAsync(scene) && tries < Tries; tries++)
        {
            await scene.DisposeAsync();
            scene = await EndATransferAsync(fault);
        }

        await using Scene last = scene;
        PoolFault left = scene.Faults.First(found => found.Kind == PoolFault.LeftBehind);
        output.WriteLine(left.ToString());
        Assert.Equal((PoolFault.VerifierViolation, BufferTag.Mdl), (left.Code, left.Tag));
        Assert.Contains("driver Tdpipe", left.Text, StringComparison.Ordinal);
        Assert.Contains(nameof(FaultyStream), left.RentedAt, StringComparison.Ordinal);
        await scene.CloseAsync();
        await UntilAsync(() => scene.Near.Pool.ReadTags().All(tag => tag.Bytes == 0));
    }

    /// <summary>The target sends no more pictures than it was given credits for, so there is nothing to fill such a queue with (KB Q164723).</summary>
    [Fact]
    public async Task UnboundedReceiveQueue_IsBoundedByCredits()
    {
        await using Scene scene = await Scene.StartAsync(new SceneOptions("pipe", DriverFault.UnboundedQueue, IsProtected: true), Ct);
        await UntilAsync(() => scene.ShadowedBytes > 200_000_000);
        TagUsage queued = scene.Near.Pool.ReadTags().Single(tag => tag.Tag == BufferTag.Mdl);
        output.WriteLine($"most queued: {queued.PeakBytes} bytes");
        Assert.InRange(queued.PeakBytes, 1, 3 * (Umbra.Core.Link.LinkLimits.MaxPictureBytes + (1 << 20)));
        Assert.Empty(scene.Suspicions);
    }

    /// <summary>
    /// A cut connection is an error to whoever reads from it; a shadow that is stopped cancels him, unless the target, which is told at the same time, has closed before. So
    /// that one is tried again.
    /// </summary>
    private static async Task<Scene> EndATransferAsync(DriverFault fault)
    {
        Scene scene = await Scene.StartAsync(new SceneOptions("pipe", fault, IsProtected: true, VerifyEvery: 1), Ct);
        await UntilAsync(() => scene.ShadowedBytes > 1_000_000);
        await (fault == DriverFault.ForgottenOnError ? scene.CutAsync() : scene.CloseAsync());
        return scene;
    }

    /// <summary>Whether the leak is in the log, soon.</summary>
    private static async Task<bool> IsToldAsync(Scene scene)
    {
        for (int looks = 0; looks < 50; looks++)
        {
            if (scene.Near.Log.Lines.Any(line => line.Text.Contains("driver Tdpipe", StringComparison.Ordinal) && line.Text.Contains("tag Mdl", StringComparison.Ordinal)
                && line.Text.Contains("reclaimed", StringComparison.Ordinal)))
            {
                return true;
            }

            await Task.Delay(100, Ct);
        }

        return false;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        patience.CancelAfter(TimeSpan.FromMinutes(3));
        while (!condition())
        {
            await Task.Delay(100, patience.Token);
        }
    }

    private static Play NewPlay(string transport = "pipe") => new(transport, (_, _) => { });

    private void Check(Act act)
    {
        output.WriteLine(string.Join('\n', act.Findings));
        Assert.Empty(act.Failures);
    }
}
