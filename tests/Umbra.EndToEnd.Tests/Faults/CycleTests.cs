using Umbra.Api;
using Umbra.Api.Client;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.Faults;

/// <summary>People who come, look and go, half of them without saying goodbye: nothing of them stays.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class CycleTests
{
    private const int Cycles = 1000;
    private const int AtOnce = 4;

    /// <summary>Shadows that stay open while people come and go. Several, because each lets in so many strangers a second and no more.</summary>
    private const int OpenShadows = 16;

    [Fact]
    public async Task Cycles_HalfOfThemCutInAMessage_LeaveNothing()
    {
        await using NodePair pair = await NodePair.StartAsync();
        await pair.StartPatternAsync("pat", 640, 400);
        await Eventually.TrueAsync(
            async () => await pair.TargetApi.GetSessionAsync("pat", CancellationToken.None) is { State: SessionState.Active }, "the pattern is shown");

        // What the first visits bring for good (a session's encoders, threads, sockets of the runtime) is there after these.
        await RunAsync(pair, 3 * AtOnce * Kinds.Length);
        Idle nearIdle = await Idle.WaitAsync(pair.Near, pair.NearApi);
        Idle targetIdle = await Idle.WaitAsync(pair.Target, pair.TargetApi);
        await RunAsync(pair, Cycles);

        await nearIdle.ReturnsAsync(pair.Near, pair.NearApi, "the near node");
        await targetIdle.ReturnsAsync(pair.Target, pair.TargetApi, "the target node");
        Assert.DoesNotContain("fail:", pair.Near.Process.Errors.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("fail:", pair.Target.Process.Errors.ToString(), StringComparison.Ordinal);
        Assert.Empty(await pair.NearApi.ListShadowsAsync(CancellationToken.None));
        Assert.Empty(await pair.TargetApi.ListShadowsAsync(CancellationToken.None));
        Assert.Empty(await pair.NearApi.ListSessionsAsync(CancellationToken.None));
    }

    /// <summary>One visit each: to a shadow that stays open, or with a shadow of its own. The second half is cut off.</summary>
    private static readonly Func<Visit, Task>[] Kinds =
    [
        async visit =>
        {
            await using RfbTestClient viewer = await visit.ConnectAsync();
            await viewer.ReadPictureAsync(isIncremental: false, visit.Timeout);
        },
        async visit =>
        {
            ShadowInfo shadow = await visit.OpenAsync();
            await visit.Api.StopShadowAsync(shadow.Id, visit.Timeout);
        },
        async visit =>
        {
            ShadowInfo shadow = await visit.OpenAsync();
            await using RfbTestClient viewer = await RfbTestClient.ConnectAsync(RfbTestOptions.For(shadow.Listen), visit.Timeout);
            await viewer.ReadPictureAsync(isIncremental: false, visit.Timeout);
            await visit.Api.StopShadowAsync(shadow.Id, visit.Timeout);
            Assert.True(await viewer.IsClosedByServerAsync(visit.Timeout));
        },
        async visit =>
        {
            await using RfbTestClient viewer = await visit.ConnectAsync();
            await viewer.CutInMessageAsync(visit.Timeout);
        },
        async visit =>
        {
            // While an update is on its way: asked for, begun, not read.
            await using RfbTestClient viewer = await visit.ConnectAsync(receiveBuffer: 4096);
            await viewer.RequestAsync(isIncremental: false, visit.Timeout);
            await viewer.ReadMessageTypeAsync(visit.Timeout);
            viewer.Cut();
        },
        async visit =>
        {
            ShadowInfo shadow = await visit.OpenAsync();
            await using RfbTestClient viewer = await RfbTestClient.ConnectOnlyAsync(RfbTestOptions.For(shadow.Listen), visit.Timeout);
            await viewer.SendBytesAsync("RFB 003."u8.ToArray(), visit.Timeout);
            viewer.Cut();
            await visit.Api.StopShadowAsync(shadow.Id, visit.Timeout);
        },
    ];

    private static async Task RunAsync(NodePair pair, int cycles)
    {
        ShadowInfo[] open = await Task.WhenAll(Enumerable.Range(0, OpenShadows).Select(_ => pair.ShadowAsync("pat")));
        using NodeClient api = new(pair.Near.ApiSocket, NodePair.Patience);
        int next = -1;
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async _ =>
        {
            for (int i = Interlocked.Increment(ref next); i < cycles; i = Interlocked.Increment(ref next))
            {
                using CancellationTokenSource timeout = new(NodePair.Patience);
                await Kinds[i % Kinds.Length](new Visit(open[i % OpenShadows], api, timeout.Token));
            }
        }));
        foreach (ShadowInfo shadow in open)
        {
            await pair.NearApi.StopShadowAsync(shadow.Id, CancellationToken.None);
        }
    }

    private sealed record Visit(ShadowInfo Open, NodeClient Api, CancellationToken Timeout)
    {
        public Task<RfbTestClient> ConnectAsync(int? receiveBuffer = null) =>
            RfbTestClient.ConnectAsync(RfbTestOptions.For(Open.Listen) with { ReceiveBuffer = receiveBuffer }, Timeout);

        public Task<ShadowInfo> OpenAsync() => Api.StartShadowAsync(
            new StartShadowRequest("pat@server-b", ShadowMode.Control, Listen: "127.0.0.1:0", NoPassword: true), Timeout);
    }
}
