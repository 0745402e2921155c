using Umbra.Core.Link;
using Umbra.Core.Memory;
using Umbra.Core.Surfaces;
using Umbra.Sessions.Shadowing;
using Umbra.Sessions.Sources;
using Umbra.Sessions.Tests.FrontEnds;
using Umbra.Transports;

namespace Umbra.Sessions.Tests.Shadowing;

/// <summary>Shadows of shadows: each node knows the way its pictures have come, refuses to send them back on it, and ends it where it is long enough.</summary>
public sealed class LinkPathTests : PeerTest
{
    [Fact]
    public async Task Open_MoreNodesThanThePicturesMayPass_RefusedAsTooDeep()
    {
        Node node = NewNode("n0", new StillSource(new Size(80, 60)));
        for (int i = 1; i < LinkLimits.MaxDepth; i++)
        {
            (node, Decision granted) = await ShadowAsync($"n{i}", node);
            Assert.True(granted.IsGranted, granted.Text);
        }

        (node, Decision last) = await ShadowAsync("n8", node);
        Assert.True(last.IsGranted, last.Text);
        Assert.Equal(["n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7"], ((LinkSource)node.Session.Source).Path);

        (_, Decision refused) = await ShadowAsync("n9", node);
        Assert.Equal((AccessMode.Off, LinkReason.TooDeep), (refused.Granted, refused.Reason));
    }

    [Theory]
    [InlineData("n0")]
    [InlineData("N1")]
    public async Task Open_PicturesHavePassedTheNearNode_RefusedAsALoop(string near)
    {
        Node node = NewNode("n0", new StillSource(new Size(80, 60)));
        (node, _) = await ShadowAsync("n1", node);
        (node, _) = await ShadowAsync("n2", node);

        (_, Decision refused) = await ShadowAsync(near, node);

        Assert.Equal((AccessMode.Off, LinkReason.Loop), (refused.Granted, refused.Reason));
        Assert.Contains("n0 > n1 > n2", refused.Text, StringComparison.Ordinal);
    }

    private Node NewNode(string name, ISessionSource source)
    {
        SessionDirectory directory = new();
        Session session = NewSession(source, $"alice on {name}");
        directory.TryAdd(session);
        return new Node(name, session, directory, new Grants(name, new ShadowPolicy(AccessMode.Control, 10), TimeProvider.System, Log));
    }

    /// <summary>A node that shadows the session of another, and what that one said.</summary>
    private async Task<(Node Near, Decision Decision)> ShadowAsync(string name, Node target)
    {
        LinkSource source = new(target.Session.Name, name, target.Name, ConnectAsync, TimeProvider.System, Log);
        LinkShadow shadow = source.Attach(AccessMode.View, "bob", "a test", "");
        Node near = NewNode(name, source);
        return (near, await shadow.Answer.WaitAsync(Served.Patience));

        async Task<LinkConnection> ConnectAsync(CancellationToken cancellationToken)
        {
            Served served = await ServeAsync(connection => ShadowStack.RunAsync(
                connection.Transport, target.Name, name, Pool, target.Directory, target.Grants, TimeProvider.System, Log, connection.ConnectionClosed));
            StreamDuplex duplex = new(served.Client, Pool.AsMemoryPool(BufferTag.TdMemory, Account));
            return new LinkConnection(duplex, target.Name, new Both(duplex, served));
        }
    }

    private sealed record Node(string Name, Session Session, SessionDirectory Directory, Grants Grants);

    private sealed class Both(IAsyncDisposable first, IAsyncDisposable second) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await first.DisposeAsync();
            await second.DisposeAsync();
        }
    }
}
