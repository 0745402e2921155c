using System.Net;
using System.Net.Sockets;
using Umbra.Api;
using Umbra.Sessions.Nodes;
using Umbra.Testing;
using Umbra.Tests.Telemetry;
using Umbra.Transports.Drivers;

namespace Umbra.Tests.Node;

/// <summary>Drivers of running nodes: stopped, started and measured while links run over them.</summary>
public sealed class NodeDriversTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task StopDriver_LinkHasAnotherWay_TakesIt_AndReturnsToTheBetterOne()
    {
        await using LiveNode near = await LiveNode.StartAsync("server-a", settings => settings, time: new HurriedTime());
        await using LiveNode target = await LiveNode.StartAsync("server-b", $"tcp://127.0.0.1:{FreePort.Find()}");
        await near.JoinAsync(target, cancellationToken: Ct);
        await target.Operations.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, "pat"), Ct);
        ShadowInfo shadow = await near.Operations.StartShadowAsync(new StartShadowRequest("pat@server-b", NoPassword: true), Ct);
        Assert.Equal((1, 0), await LinksAsync(near));

        DriverInfo stopped = await target.Operations.StopDriverAsync("tdpipe", Ct);

        Assert.Equal((DriverState.Stopped, 0), (stopped.State, stopped.Connections));
        await MetricsTests.UntilAsync(async () => await LinksAsync(near) == (0, 1));
        await MetricsTests.UntilAsync(async () => (await near.Operations.GetShadowAsync(shadow.Id, Ct)).State == ShadowState.Active);
        Assert.NotEqual(0, (await near.Operations.TakeSnapshotAsync(SessionAddress.Parse("pat@server-b"), Ct)).Length);

        DriverInfo started = await target.Operations.StartDriverAsync("pipe", Ct);

        Assert.Equal((DriverState.Running, target.Link), (started.State, started.Addresses[0]));
        await MetricsTests.UntilAsync(async () => await LinksAsync(near) == (1, 0));
        await MetricsTests.UntilAsync(async () => (await near.Operations.GetShadowAsync(shadow.Id, Ct)).State == ShadowState.Active);
        Assert.NotEqual(0, (await near.Operations.TakeSnapshotAsync(SessionAddress.Parse("pat@server-b"), Ct)).Length);
    }

    /// <summary>A driver is replaced by another file while sessions are watched: whom it carried comes back over the new one, and the others notice nothing.</summary>
    [Fact]
    public async Task ReplaceDriver_WhileSessionsAreWatched_ItsLinksComeBack_TheOthersStay()
    {
        using TempFolder folder = new();
        string tcp = $"tcp://127.0.0.1:{FreePort.Find()}";
        await using LiveNode near = await LiveNode.StartAsync("server-a");
        await using LiveNode other = await LiveNode.StartAsync("server-c");
        await using LiveNode target = await LiveNode.StartAsync("server-b", settings => settings with { LinkListen = [tcp, .. settings.LinkListen], DriverFolder = folder.Path });
        await target.Operations.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, "pat"), Ct);
        List<ShadowInfo> shadows = [];
        foreach ((LiveNode node, string address) in ((LiveNode, string)[])[(near, tcp), (other, target.Link)])
        {
            InviteInfo invite = await target.Operations.InviteNodeAsync(new InviteRequest(), Ct);
            await node.Operations.JoinNodeAsync(new JoinRequest(invite.Token, address), Ct);
            await node.Operations.SetNodeAddressesAsync("server-b", new NodeAddressesRequest([address]), Ct);
            shadows.Add(await node.Operations.StartShadowAsync(new StartShadowRequest("pat@server-b", NoPassword: true), Ct));
        }

        DriverInfo before = (await target.Operations.ListDriversAsync(Ct)).Single(d => d.Scheme == "tcp");
        long pipes = (await target.Operations.ListDriversAsync(Ct)).Single(d => d.Scheme == "pipe").TotalConnections;
        await target.Operations.StopDriverAsync("tdtcp", Ct);
        await MetricsTests.UntilAsync(async () => (await near.Operations.GetShadowAsync(shadows[0].Id, Ct)).State == ShadowState.Lost);

        TestDriverFile.CopyTo(folder.Path, "Tdtcp");
        DriverInfo after = await target.Operations.StartDriverAsync("tdtcp", Ct);

        Assert.Equal((DriverState.Running, TestDriverFile.Version, "Tdtcp.dll"), (after.State, after.File.Version, after.File.Name));
        Assert.NotEqual(before.File.Sha256, after.File.Sha256);
        await MetricsTests.UntilAsync(async () => (await near.Operations.GetShadowAsync(shadows[0].Id, Ct)).State == ShadowState.Active);
        Assert.NotEqual(0, (await near.Operations.TakeSnapshotAsync(SessionAddress.Parse("pat@server-b"), Ct)).Length);
        DriverInfo pipe = (await target.Operations.ListDriversAsync(Ct)).Single(d => d.Scheme == "pipe");
        Assert.Equal((1, pipes), (pipe.Links, pipe.TotalConnections));
        Assert.Equal(ShadowState.Active, (await other.Operations.GetShadowAsync(shadows[1].Id, Ct)).State);
    }

    /// <summary>A bad file costs its driver, and not the node: that is the one place that says what is wrong.</summary>
    [Fact]
    public async Task Start_DriverIsRefused_NodeRunsWithoutIt_StartedLaterItListens()
    {
        using TempFolder folder = new();
        string file = folder.File("Tdtcp.dll");
        await File.WriteAllTextAsync(file, "no assembly", Ct);
        string tcp = $"tcp://127.0.0.1:{FreePort.Find()}";
        await using LiveNode near = await LiveNode.StartAsync("server-a");
        await using LiveNode target = await LiveNode.StartAsync("server-b", settings => settings with { LinkListen = [.. settings.LinkListen, tcp], DriverFolder = folder.Path });
        await near.JoinAsync(target, cancellationToken: Ct);
        DriverInfo refused = (await target.Operations.ListDriversAsync(Ct)).Single(d => d.Scheme == "tcp");
        Assert.Equal((DriverState.Refused, tcp), (refused.State, refused.Addresses.Single()));
        Assert.Contains(file, refused.Problem, StringComparison.Ordinal);
        Assert.Contains(file, (await Assert.ThrowsAsync<NodeOperationException>(() => target.Operations.StartDriverAsync("tcp", Ct))).Message, StringComparison.Ordinal);

        File.Delete(file);
        await target.Operations.StartDriverAsync("tcp", Ct);

        await foreach (WireCheckInfo step in await near.Operations.CheckWireAsync(new WireCheckRequest(tcp, "server-b", 0.1), Ct))
        {
            Assert.Equal("server-b", step.Node);
        }
    }

    [Fact]
    public async Task Start_DriverFolderIsNotThere_SaysSo()
    {
        NodeOperationException refused = await Assert.ThrowsAsync<NodeOperationException>(() => LiveNode.StartAsync("server-a", settings => settings with { DriverFolder = "/no/such/folder" }));

        Assert.Contains("/no/such/folder", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckWire_EachDriver_MeasuresAndTellsHowFarItIs()
    {
        string tcp = $"tcp://127.0.0.1:{FreePort.Find()}";
        await using LiveNode near = await LiveNode.StartAsync("server-a");
        await using LiveNode target = await LiveNode.StartAsync("server-b", tcp);
        await near.JoinAsync(target, cancellationToken: Ct);
        foreach (string address in (string[])[tcp, target.Link])
        {
            List<WireCheckInfo> steps = [];
            await foreach (WireCheckInfo step in await near.Operations.CheckWireAsync(new WireCheckRequest(address, "server-b", 0.2), Ct))
            {
                steps.Add(step);
            }

            Assert.Equal(steps.Select(s => s.Progress).Order(), steps.Select(s => s.Progress));
            Assert.Equal([WireCheckPhase.RoundTrip, WireCheckPhase.Receive, WireCheckPhase.Send, WireCheckPhase.Done], steps.Select(s => s.Phase).Distinct());
            WireCheckInfo result = steps[^1];
            Assert.Equal(("server-b", address, 1.0), (result.Node, result.Address, result.Progress));
            Assert.True(result is { ConnectTime: > 0, HandshakeTime: > 0, RoundTrip: > 0, ReceiveRate: > 0, SendRate: > 0 } && result.RoundTripMost >= result.RoundTrip, result.ToString());
            Assert.Equal(address == tcp, result.LossPercent is not null);
        }

        Assert.All((await near.Operations.ListDriversAsync(Ct)).Where(d => d.Scheme is "tcp" or "pipe"), d => Assert.True(d.SentBytes > 100_000 && d.ReceivedBytes > 100_000, d.ToString()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("server-b")]
    public async Task CheckWire_WhoAnswersIsNotEnrolled_Fails(string? node)
    {
        await using LiveNode near = await LiveNode.StartAsync("server-a");
        await using LiveNode stranger = await LiveNode.StartAsync("server-b");

        NodeOperationException refused = await Assert.ThrowsAsync<NodeOperationException>(() => near.Operations.CheckWireAsync(new WireCheckRequest(stranger.Link, node, 0.2), Ct));

        Assert.Equal(ErrorCode.NodeUnreachable, refused.Code);
        Assert.Contains(node ?? "an enrolled node", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Two nodes that know no address of each other meet at a hub, by the name that one advertises there.</summary>
    [Fact]
    public async Task IpxHub_TwoNodesJoinIt_ShadowByName()
    {
        int port = FreePort.Find();
        await using LiveNode hub = await LiveNode.StartAsync("hub", settings => settings with { IpxHub = new IPEndPoint(IPAddress.Loopback, port) });
        string address = $"spx://TARGET?hub=127.0.0.1:{port}&mtu=1424";
        await using LiveNode near = await LiveNode.StartAsync("server-a");
        await using LiveNode target = await LiveNode.StartAsync("server-b", address);
        InviteInfo invite = await target.Operations.InviteNodeAsync(new InviteRequest(), Ct);
        await near.Operations.JoinNodeAsync(new JoinRequest(invite.Token, address), Ct);
        await target.Operations.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, "pat"), Ct);

        ShadowInfo shadow = await near.Operations.StartShadowAsync(new StartShadowRequest("pat@server-b", NoPassword: true), Ct);

        await MetricsTests.UntilAsync(async () => (await near.Operations.GetShadowAsync(shadow.Id, Ct)).State == ShadowState.Active);
        Assert.Equal(1, (await near.Operations.ListDriversAsync(Ct)).Single(d => d.Name == "Tdspx").Links);
        Assert.NotEqual(0, (await near.Operations.TakeSnapshotAsync(SessionAddress.Parse("pat@server-b"), Ct)).Length);
    }

    /// <summary>The order is this node's to choose.</summary>
    [Fact]
    public async Task SetNodeAddresses_AnotherOrder_NewLinksTakeIt()
    {
        string tcp = $"tcp://127.0.0.1:{FreePort.Find()}";
        await using LiveNode near = await LiveNode.StartAsync("server-a");
        await using LiveNode target = await LiveNode.StartAsync("server-b", tcp);
        await near.JoinAsync(target, cancellationToken: Ct);

        NodeInfo changed = await near.Operations.SetNodeAddressesAsync("server-b", new NodeAddressesRequest([tcp, target.Link]), Ct);

        Assert.Equal([tcp, target.Link], changed.Addresses);
        await target.Operations.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, "pat"), Ct);
        await near.Operations.StartShadowAsync(new StartShadowRequest("pat@server-b", NoPassword: true), Ct);
        Assert.Equal((0, 1), await LinksAsync(near));
        Assert.Equal(ErrorCode.NodeNotFound, (await Assert.ThrowsAsync<NodeOperationException>(() =>
            near.Operations.SetNodeAddressesAsync("server-z", new NodeAddressesRequest([tcp]), Ct))).Code);
    }

    [Fact]
    public async Task IpxHub_PortTaken_SaysWhatToDo()
    {
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        NodeOperationException refused = await Assert.ThrowsAsync<NodeOperationException>(() =>
            LiveNode.StartAsync("hub", settings => settings with { IpxHub = (IPEndPoint)taken.LocalEndPoint! }));

        Assert.Contains("ipxHub", refused.Next, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StopDriver_UnknownName_SaysWhereTheNamesAre()
    {
        await using LiveNode node = await LiveNode.StartAsync("server-a");

        Assert.All([await RefusedAsync("tdnone"), await RefusedAsync("memory")], refused => Assert.Equal("see 'umbra drivers'", refused.Next));

        Task<NodeOperationException> RefusedAsync(string name) => Assert.ThrowsAsync<NodeOperationException>(() => node.Operations.StopDriverAsync(name, Ct));
    }

    /// <summary>Open links over the Unix socket and over TCP.</summary>
    private static async Task<(int Pipe, int Tcp)> LinksAsync(LiveNode node)
    {
        IReadOnlyList<DriverInfo> drivers = await node.Operations.ListDriversAsync(Ct);
        return (drivers.Single(d => d.Scheme == "pipe").Links, drivers.Single(d => d.Scheme == "tcp").Links);
    }

    /// <summary>Looks for better addresses ten times a second.</summary>
    private sealed class HurriedTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, dueTime == PeerConnector.BetterEvery ? TimeSpan.FromSeconds(0.1) : dueTime, period);
    }
}
