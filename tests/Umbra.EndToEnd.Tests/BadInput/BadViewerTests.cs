using System.Net;
using System.Net.Sockets;
using Umbra.Api;
using Umbra.EndToEnd.Tests.Faults;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.BadInput;

/// <summary>The RFB port of a running node against those who know no manners.</summary>
public sealed class BadViewerTests(BadInputRig rig) : IClassFixture<BadInputRig>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public Task Strangers_Garbage_NobodyNotices() => rig.UnnoticedAsync(async () =>
    {
        for (int seed = 0; seed < 60; seed++)
        {
            await TryAsync(async () =>
            {
                await using RfbTestClient client = await RfbTestClient.ConnectOnlyAsync(RfbTestOptions.For(rig.Shadow.Listen), Ct);
                await client.SendGarbageAsync(1 << (seed % 17), seed, Ct);
                if (seed % 2 == 0)
                {
                    client.Cut();
                }
            });
        }
    });

    [Fact]
    public Task Viewers_GarbageAfterTheHandshake_NobodyNotices() => rig.UnnoticedAsync(async () =>
    {
        for (int seed = 0; seed < 60; seed++)
        {
            await using RfbTestClient client = await ConnectAsync();
            await TryAsync(async () =>
            {
                await client.RequestAsync(isIncremental: false, Ct);
                await client.SendGarbageAsync(1 << (seed % 17), seed, Ct);
            });
            if (seed % 3 == 0)
            {
                client.Cut();
            }
        }
    });

    [Fact]
    public Task Viewers_OversizedAndOutOfOrder_NobodyNotices() => rig.UnnoticedAsync(async () =>
    {
        byte[][] rude =
        [
            [6, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF, .. new byte[1024 * 1024]],
            [6, 0, 0, 0, 0x80, 0, 0, 0, .. new byte[1024 * 1024]],
            [2, 0, 0xFF, 0xFF, .. new byte[65_535 * 4]],
            [.. Enumerable.Repeat((byte[])[248, 0, 0, 0, 0x80, 0, 0, 3, 0], 10_000).SelectMany(f => f)],
            [.. Enumerable.Repeat((byte[])[3, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF], 20_000).SelectMany(f => f)],
            [.. Enumerable.Repeat((byte[])[150, 1, 0, 0, 0, 0, 0, 1, 0, 1, 150, 0, 0, 0, 0, 0, 0, 0, 0, 0], 5_000).SelectMany(f => f)],
            [251, 0, 0xFF, 0xFF, 0xFF, 0xFF, 16, 0, .. new byte[256]],
            [82, 70, 66, 32, 48, 48, 51, 46, 48, 48, 56, 10, 1, 1],
        ];
        foreach (byte[] bytes in rude)
        {
            await using RfbTestClient client = await ConnectAsync();
            await TryAsync(() => client.SendBytesAsync(bytes, Ct));
        }
    });

    [Fact]
    public Task Strangers_HundredsSilentInTheHandshake_OthersGetIn() => rig.UnnoticedAsync(async () =>
    {
        List<RfbTestClient> silent = [];
        for (int i = 0; i < 150; i++)
        {
            silent.Add(await RfbTestClient.ConnectOnlyAsync(RfbTestOptions.For(rig.Shadow.Listen), Ct));
        }

        // Perhaps not in the same second: more than the port takes in one are turned away.
        int width = 0;
        await Eventually.TrueAsync(
            async () =>
            {
                await TryAsync(async () =>
                {
                    await using RfbTestClient late = await ConnectAsync();
                    width = (await late.ReadPictureAsync(isIncremental: false, Ct)).Width;
                });
                return width == 320;
            },
            "a viewer gets in beside the silent ones");
        foreach (RfbTestClient client in silent)
        {
            await client.DisposeAsync();
        }
    });

    [Fact]
    public async Task Shadow_OnEveryAddress_OffersEncryptionOnlyAndNeverNoPassword()
    {
        ShadowInfo shadow = await rig.Pair.NearApi.StartShadowAsync(new StartShadowRequest("pat@server-b", Listen: "0.0.0.0:0"), Ct);
        IPEndPoint address = new(IPAddress.Loopback, IPEndPoint.Parse(shadow.Listen).Port);
        IOException refused = await Assert.ThrowsAsync<IOException>(
            () => RfbTestClient.ConnectAsync(new RfbTestOptions { Server = address, Password = shadow.Password }, Ct));
        Assert.EndsWith("types 19 only", refused.Message, StringComparison.Ordinal);

        ProcessResult open = await rig.Pair.Near.TryRunAsync("shadow", "pat@server-b", "--listen", "0.0.0.0:0", "--no-password");
        Assert.NotEqual(0, open.ExitCode);
        Assert.Contains("no-password-on-loopback-only", open.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shadow_OnEveryAddressWithoutIdentity_RefusedNamingTheRule()
    {
        await using NodeProcess node = await NodeProcess.StartAsync();
        await node.RunAsync("session", "start", "pattern", "--name", "pat", "--size", "320x200");
        ProcessResult refused = await node.TryRunAsync("shadow", "pat", "--listen", "0.0.0.0:0");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("encryption-off-loopback", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ticket_ThroughTheNode_OpensOnceAndTellsWhyNotTwice()
    {
        ShadowInfo shadow = await rig.Pair.NearApi.StartShadowAsync(new StartShadowRequest("pat@server-b", Listen: "127.0.0.1:0"), Ct);
        await using (RfbTestClient first = await RfbTestClient.ConnectAsync(RfbTestOptions.For(shadow.Listen, shadow.Password), Ct))
        {
            Assert.Equal(320, first.Picture.Width);
        }

        IOException refused = await Assert.ThrowsAsync<IOException>(() =>
            RfbTestClient.ConnectAsync(RfbTestOptions.For(shadow.Listen, shadow.Password), Ct));
        Assert.Contains("one-time password", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<IOException>(() => RfbTestClient.ConnectAsync(RfbTestOptions.For(shadow.Listen), Ct));
    }

    private Task<RfbTestClient> ConnectAsync() => RfbTestClient.ConnectAsync(RfbTestOptions.For(rig.Shadow.Listen), Ct);

    /// <summary>The node may hang up at any moment: that is its good right.</summary>
    private static async Task TryAsync(Func<Task> bad)
    {
        try
        {
            await bad().WaitAsync(NodePair.Patience, Ct);
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
        }
    }
}
