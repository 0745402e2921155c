using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Umbra.Api;
using Umbra.Api.Client;
using Umbra.Core.Memory;
using Umbra.Testing;
using Umbra.Tests.Node;

namespace Umbra.Tests.Memory;

/// <summary>The verifier of a whole node, over its API.</summary>
public sealed class NodeVerifierTests : IDisposable
{
    private readonly LogCollector _log = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task On_RunningSession_ShowsWhoRentedWhatIsOut()
    {
        await using LiveNode node = await LiveNode.StartAsync("server-b");
        using NodeClient api = new(node.ApiSocket, TimeSpan.FromSeconds(60));
        Assert.False((await api.GetVerifierAsync(Ct)).IsOn);

        await api.StartVerifierAsync(new VerifierRequest(), Ct);
        await api.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, "pat", new SizeInfo(320, 200)), Ct);
        using Socket viewer = await ConnectViewerAsync(api);

        VerifierInfo seen = await UntilAsync(api, verifier => Tags(verifier).IsSupersetOf(["SfPx", "TdTc"]));
        VerifierBlocksInfo pixels = seen.Out.First(blocks => blocks.Tag == "SfPx");
        Assert.StartsWith("session pat", pixels.Account, StringComparison.Ordinal);
        Assert.StartsWith("at Umbra.", pixels.Stack, StringComparison.Ordinal);
        Assert.True(pixels.AgeSeconds >= 0 && pixels.Since >= seen.Since);
        VerifierBlocksInfo socket = seen.Out.First(blocks => blocks.Tag == "TdTc");
        Assert.Equal("Tdtcp", socket.Driver);
        Assert.StartsWith("session pat / Tdtcp 127.0.0.1:", socket.Account, StringComparison.Ordinal);

        await api.KillSessionAsync("pat", Ct);
        await UntilAsync(api, verifier => Tags(verifier).IsSubsetOf(["Kest"]));
        Assert.Equal((true, 0L), ((await api.GetVerifierAsync(Ct)).IsOn, (await api.GetVerifierAsync(Ct)).Found));
    }

    [Fact]
    public async Task On_LeakAndDoubleFree_AreInTheAnswerAndTheLog()
    {
        await using LiveNode node = await LiveNode.StartAsync("server-b", settings => settings with { LogLevel = LogLevel.Error }, _log);
        using NodeClient api = new(node.ApiSocket, TimeSpan.FromSeconds(60));
        BufferPool pool = node.Services.GetRequiredService<BufferPool>();
        await api.StartVerifierAsync(new VerifierRequest(["test"], 1), Ct);

        Lease left = pool.Rent(1000, BufferTag.Test, pool.Root);
        Lease twice = pool.Rent(2000, BufferTag.Test, pool.Root);
        twice.Dispose();
        twice.Dispose();

        VerifierInfo seen = await api.GetVerifierAsync(Ct);
        Assert.Equal("Test", Assert.Single(seen.Tags));
        Assert.Equal((1, 1L), (seen.Stacks, seen.Found));
        VerifierBlocksInfo leak = Assert.Single(seen.Out);
        Assert.Equal(("Test", 1, 1000L, "process"), (leak.Tag, leak.Blocks, leak.Bytes, leak.Account));
        Assert.Contains(nameof(NodeVerifierTests), leak.Stack, StringComparison.Ordinal);
        VerifierFaultInfo fault = Assert.Single(seen.Faults);
        Assert.Equal(("0xC2", "0x07", "Test", 2000L, 1L), (fault.Code, fault.Kind, fault.Tag, fault.Bytes, fault.Count));
        Assert.Contains(nameof(NodeVerifierTests), fault.RentedAt, StringComparison.Ordinal);
        (LogLevel level, string text) = Assert.Single(_log.Lines, line => line.Text.Contains("BAD_POOL_CALLER", StringComparison.Ordinal));
        Assert.Equal(LogLevel.Error, level);
        Assert.StartsWith("BAD_POOL_CALLER 0xC2 (0x07, Test, 2000 bytes)", text, StringComparison.Ordinal);

        await api.StopVerifierAsync(Ct);
        VerifierInfo off = await api.GetVerifierAsync(Ct);
        Assert.Equal((false, 1L, 0), (off.IsOn, off.Found, off.Out.Count));
        Assert.Null(pool.Verifier);
        left.Dispose();
    }

    [Fact]
    public async Task Setting_Verify_WatchesFromTheStart()
    {
        HashSet<BufferTag> tags = [BufferTag.SurfacePixels];
        await using LiveNode node = await LiveNode.StartAsync("server-b", settings => settings with { Verify = tags, VerifyStacks = 7 });
        VerifierInfo seen = await node.Operations.GetVerifierAsync(Ct);
        Assert.Equal("SfPx", Assert.Single(seen.Tags));
        Assert.Equal((true, 7), (seen.IsOn, seen.Stacks));
    }

    private static HashSet<string> Tags(VerifierInfo verifier) => [.. verifier.Out.Select(blocks => blocks.Tag)];

    /// <summary>A viewer that has the server's greeting and keeps its own waiting half way.</summary>
    private static async Task<Socket> ConnectViewerAsync(NodeClient api)
    {
        TicketInfo ticket = await api.IssueTicketAsync("pat", new TicketRequest(), Ct);
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPEndPoint.Parse(ticket.Address), Ct);
        await socket.SendAsync("RFB 003.0"u8.ToArray(), Ct);
        return socket;
    }

    private static async Task<VerifierInfo> UntilAsync(NodeClient api, Func<VerifierInfo, bool> isSo)
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        timeout.CancelAfter(TimeSpan.FromSeconds(60));
        VerifierInfo seen = await api.GetVerifierAsync(Ct);
        while (!isSo(seen))
        {
            await Task.Delay(20, timeout.Token);
            seen = await api.GetVerifierAsync(Ct);
        }

        return seen;
    }
}
