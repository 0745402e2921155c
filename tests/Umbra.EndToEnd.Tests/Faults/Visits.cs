using Umbra.Api;
using Umbra.Api.Client;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.Faults;

/// <summary>People who come to look into a session, and go: the second half of the kinds without saying goodbye.</summary>
internal static class Visits
{
    /// <summary>How many come at the same time to shadows that stay open.</summary>
    public const int AtOnce = 4;

    /// <summary>To a shadow that is open, or with a shadow of one's own.</summary>
    private static readonly (bool ToOpen, Func<Visit, Task> Visit)[] All =
    [
        (true, async visit =>
        {
            await using RfbTestClient viewer = await visit.ConnectAsync();
            await viewer.ReadPictureAsync(isIncremental: false, visit.Timeout);
        }),
        (false, async visit =>
        {
            ShadowInfo shadow = await visit.OpenAsync();
            await visit.Api.StopShadowAsync(shadow.Id, visit.Timeout);
        }),
        (false, async visit =>
        {
            ShadowInfo shadow = await visit.OpenAsync();
            await using RfbTestClient viewer = await RfbTestClient.ConnectAsync(RfbTestOptions.For(shadow.Listen), visit.Timeout);
            await viewer.ReadPictureAsync(isIncremental: false, visit.Timeout);
            await visit.Api.StopShadowAsync(shadow.Id, visit.Timeout);
            Assert.True(await viewer.IsClosedByServerAsync(visit.Timeout));
        }),
        (true, async visit =>
        {
            await using RfbTestClient viewer = await visit.ConnectAsync();
            await viewer.CutInMessageAsync(visit.Timeout);
        }),
        (true, async visit =>
        {
            // While an update is on its way: asked for, begun, not read.
            await using RfbTestClient viewer = await visit.ConnectAsync(receiveBuffer: 4096);
            await viewer.RequestAsync(isIncremental: false, visit.Timeout);
            await viewer.ReadMessageTypeAsync(visit.Timeout);
            viewer.Cut();
        }),
        (false, async visit =>
        {
            ShadowInfo shadow = await visit.OpenAsync();
            await using RfbTestClient viewer = await RfbTestClient.ConnectOnlyAsync(RfbTestOptions.For(shadow.Listen), visit.Timeout);
            await viewer.SendBytesAsync("RFB 003."u8.ToArray(), visit.Timeout);
            viewer.Cut();
            await visit.Api.StopShadowAsync(shadow.Id, visit.Timeout);
        }),
    ];

    /// <summary>How many kinds there are.</summary>
    public static int Kinds => All.Length;

    /// <param name="openShadows">Those that stay open while people come and go. 0: each visit opens its own, one visit after the other, as over a wire that bears one at a time.</param>
    public static async Task RunAsync(NodePair pair, string session, int visits, int openShadows)
    {
        // All over a client that goes afterwards: what it keeps open to the node would else be there or not, as it happens.
        using NodeClient api = new(pair.Near.ApiSocket, NodePair.Patience);
        ShadowInfo[] open = await Task.WhenAll(Enumerable.Range(0, openShadows).Select(_ => OpenAsync(api, session, ShadowMode.View, CancellationToken.None)));
        int next = -1;
        await Task.WhenAll(Enumerable.Range(0, openShadows == 0 ? 1 : AtOnce).Select(async _ =>
        {
            for (int i = Interlocked.Increment(ref next); i < visits; i = Interlocked.Increment(ref next))
            {
                using CancellationTokenSource timeout = new(NodePair.Patience);
                (bool toOpen, Func<Visit, Task> visit) = All[i % All.Length];
                ShadowInfo? shadow = !toOpen ? null : openShadows == 0 ? await OpenAsync(api, session, ShadowMode.View, timeout.Token) : open[i % openShadows];
                await visit(new Visit(session, shadow, api, timeout.Token));
                if (openShadows == 0 && shadow is not null)
                {
                    await api.StopShadowAsync(shadow.Id, timeout.Token);
                }
            }
        }));
        foreach (ShadowInfo shadow in open)
        {
            await api.StopShadowAsync(shadow.Id, CancellationToken.None);
        }
    }

    private static Task<ShadowInfo> OpenAsync(NodeClient api, string session, ShadowMode mode, CancellationToken cancellationToken) =>
        api.StartShadowAsync(new StartShadowRequest($"{session}@server-b", mode, Listen: "127.0.0.1:0", NoPassword: true), cancellationToken);

    private sealed record Visit(string Session, ShadowInfo? Open, NodeClient Api, CancellationToken Timeout)
    {
        public Task<RfbTestClient> ConnectAsync(int? receiveBuffer = null) =>
            RfbTestClient.ConnectAsync(RfbTestOptions.For(Open!.Listen) with { ReceiveBuffer = receiveBuffer }, Timeout);

        public Task<ShadowInfo> OpenAsync() => Visits.OpenAsync(Api, Session, ShadowMode.Control, Timeout);
    }
}
