using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Umbra.Api;
using Umbra.Api.Client;
using Umbra.Core.Memory;
using Umbra.Memory;
using Umbra.Testing;
using Umbra.Tests.Telemetry;
using Umbra.Transports;
using Umbra.Transports.Drivers;
using Umbra.Transports.Listening;

namespace Umbra.Tests.Node;

/// <summary>What an engine does with the nodes it knows: several nodes in this process, over real links.</summary>
public sealed class NodeEngineTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task JoinNodeAsync_PeersOfItsOwn_OnlyWhenForced()
    {
        await using LiveNode member = await LiveNode.StartAsync("server-a");
        await using LiveNode node = await LiveNode.StartAsync("server-b");
        await using LiveNode other = await LiveNode.StartAsync("server-c");
        await member.JoinAsync(node, cancellationToken: Ct);

        NodeOperationException refused = await Assert.ThrowsAsync<NodeOperationException>(() => node.JoinAsync(other, cancellationToken: Ct));
        Assert.Equal(ErrorCode.Refused, refused.Code);
        Assert.Contains("--force", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["server-b", "server-a"], await NamesAsync(node));

        Assert.Equal("server-c", (await node.JoinAsync(other, force: true, Ct)).Name);
        Assert.Equal(["server-b", "server-c"], await NamesAsync(node));
        Assert.Equal(["server-c", "server-b"], await NamesAsync(other));
    }

    [Fact]
    public async Task Serve_StateOfANodeThatRuns_SaysSoAndIsNoFault()
    {
        await using LiveNode node = await LiveNode.StartAsync("server-b");
        using TempFolder folder = new();
        CommandResult second = await CommandResult.RunAsync(
            ["serve", "--state-directory", node.StateDirectory, "--runtime-directory", folder.File("run")], [], folder.Path);
        Assert.NotEqual(0, second.ExitCode);
        Assert.Contains("another umbra process", second.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("fault", second.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RemoveNodeAsync_OpenLink_IsCutOnBothSides(bool bySource)
    {
        await using LiveNode near = await LiveNode.StartAsync("server-a");
        await using LiveNode target = await LiveNode.StartAsync("server-b");
        await near.JoinAsync(target, cancellationToken: Ct);
        await target.Operations.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, "pat"), Ct);
        await near.Operations.StartShadowAsync(new StartShadowRequest("pat@server-b", NoPassword: true), Ct);
        Assert.Equal((1, 1), (await LinksAsync(near), await LinksAsync(target)));

        await (bySource ? near.Operations.RemoveNodeAsync("server-b", Ct) : target.Operations.RemoveNodeAsync("server-a", Ct));

        await MetricsTests.UntilAsync(async () => await LinksAsync(near) + await LinksAsync(target) == 0);
        Assert.Single(await NamesAsync(bySource ? near : target));
    }

    [Fact]
    public async Task Sockets_OfLinksViewersAndTheApi_HaveTagsOfTheirOwn()
    {
        await using LiveNode near = await LiveNode.StartAsync("server-a");
        await using LiveNode target = await LiveNode.StartAsync("server-b");
        await near.JoinAsync(target, cancellationToken: Ct);
        await target.Operations.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, "pat"), Ct);
        ShadowInfo shadow = await near.Operations.StartShadowAsync(new StartShadowRequest("pat@server-b", NoPassword: true), Ct);

        using TcpClient viewer = new();
        await viewer.ConnectAsync(IPEndPoint.Parse(shadow.Listen), Ct);
        await viewer.GetStream().WriteAsync("RFB 003.008\n"u8.ToArray(), Ct);
        await viewer.GetStream().ReadExactlyAsync(new byte["RFB 003.008\n".Length + 2], Ct);

        Assert.Equal([BufferTag.TdTcp, BufferTag.TdPipe], SocketTags(near));
        Assert.Equal([BufferTag.TdPipe], SocketTags(target));
        Assert.All([near, target], node => Assert.NotEqual(0, node.Services.GetRequiredService<DriverHosts>().Of(TransportDrivers.Pipe).Account.PeakBytes));

        // Shadowers pay for the viewer's socket, not the driver.
        Assert.Equal(0, near.Services.GetRequiredService<DriverHosts>().Of(TransportDrivers.Tcp).Account.PeakBytes);

        using NodeClient api = new(target.ApiSocket, TimeSpan.FromSeconds(20));
        await api.GetVersionAsync(Ct);
        Assert.Equal([BufferTag.Kestrel, BufferTag.TdPipe], SocketTags(target));
    }

    [Fact]
    public async Task Connections_MoreThanTheNodeAllows_AreRefusedWithTheReason()
    {
        await using LiveNode node = await LiveNode.StartAsync("server-b", settings => settings with { MaxConnections = 4 });
        using NodeClient api = new(node.ApiSocket, TimeSpan.FromSeconds(60));
        List<Socket> open = [];
        for (int i = 0; i < 4; i++)
        {
            Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            open.Add(socket);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(node.ApiSocket), Ct);
        }

        ConnectionGate gate = node.Services.GetRequiredService<ConnectionGate>();
        await MetricsTests.UntilAsync(() => Task.FromResult(gate.Count == 4));
        NodeOperationException refused = await Assert.ThrowsAsync<NodeOperationException>(() => api.GetVersionAsync(Ct));
        Assert.Equal(ErrorCode.LimitReached, refused.Code);
        Assert.Contains("maxConnections", refused.Message, StringComparison.Ordinal);

        open[0].Dispose();
        await MetricsTests.UntilAsync(() => Task.FromResult(gate.Count < 4));
        Assert.Equal("server-b", (await api.GetVersionAsync(Ct)).Node);
        open.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task Links_MoreThanTheNodeAllows_AreRefused()
    {
        await using LiveNode near = await LiveNode.StartAsync("server-a", settings => settings with { MaxLinks = 1 });
        await using LiveNode target = await LiveNode.StartAsync("server-b");
        await near.JoinAsync(target, cancellationToken: Ct);
        await target.Operations.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, "pat"), Ct);
        await target.Operations.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, "pot"), Ct);
        await near.Operations.StartShadowAsync(new StartShadowRequest("pat@server-b", NoPassword: true), Ct);
        NodeOperationException refused = await Assert.ThrowsAsync<NodeOperationException>(
            () => near.Operations.StartShadowAsync(new StartShadowRequest("pot@server-b", NoPassword: true), Ct));
        Assert.Equal(ErrorCode.LimitReached, refused.Code);
        Assert.Contains("maxLinks", refused.Message, StringComparison.Ordinal);
        await near.Operations.StartShadowAsync(new StartShadowRequest("pat@server-b", NoPassword: true), Ct);
    }

    [Fact]
    public async Task Promise_OfARunningNode_HoldsWhatItHas()
    {
        await using LiveNode node = await LiveNode.StartAsync("server-b", settings => settings with { ProcessLimit = 512L << 20 });
        await node.Operations.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, "pat"), Ct);
        PromiseInfo promise = await node.Operations.GetPromiseAsync(Ct);
        Assert.Equal(512L << 20, promise.ProcessLimit);
        Assert.InRange(promise.Sum, 1, promise.ProcessLimit!.Value);
        Assert.Equal(promise.Sum, promise.Lines.Sum(line => line.Bound));
        PromiseLineInfo pool = promise.Lines.Single(line => line.Part == PlanPart.Pool);
        Assert.Equal(node.Services.GetRequiredService<BufferPool>().Root.Limit, pool.Bound);
        Assert.InRange(pool.InUse!.Value, 1, pool.Bound);
        Assert.True(promise.Resident > 0);
    }

    [Fact]
    public async Task InviteNodeAsync_ListeningEverywhere_NamesThisMachine()
    {
        int port = FreePort.Find();
        await using LiveNode node = await LiveNode.StartAsync("server-b", $"tcp://0.0.0.0:{port}", "tcp://127.0.0.1:0");
        await using LiveNode member = await LiveNode.StartAsync("server-a", "tcp://[::]:0");
        string named = $"tcp://{Dns.GetHostName().ToLowerInvariant()}:{port}";

        InviteInfo invite = await node.Operations.InviteNodeAsync(new InviteRequest(), Ct);
        Assert.Equal([named, node.Link], invite.Addresses);

        string joinedAt = $"tcp://127.0.0.1:{port}";
        NodeInfo joined = await member.Operations.JoinNodeAsync(new JoinRequest(invite.Token, joinedAt), Ct);
        Assert.Equal([joinedAt, named, node.Link], joined.Addresses);
        Assert.Equal([member.Link], (await node.Operations.ListNodesAsync(Ct))[1].Addresses);
    }

    private static IEnumerable<BufferTag> SocketTags(LiveNode node) => node.Services.GetRequiredService<BufferPool>().ReadTags()
        .Where(t => t is { Allocs: > 0, Tag: BufferTag.Kestrel or BufferTag.TdTcp or BufferTag.TdPipe }).Select(t => t.Tag);

    private static async Task<IEnumerable<string>> NamesAsync(LiveNode node) => (await node.Operations.ListNodesAsync(Ct)).Select(n => n.Name);

    /// <summary>Open links, which all run over the Unix socket.</summary>
    private static async Task<int> LinksAsync(LiveNode node)
    {
        IReadOnlyList<DriverInfo> drivers = await node.Operations.ListDriversAsync(Ct);
        Assert.All(drivers.Where(d => d.Scheme != "pipe"), d => Assert.Equal(0, d.Links));
        return drivers.Single(d => d.Scheme == "pipe").Links;
    }
}
