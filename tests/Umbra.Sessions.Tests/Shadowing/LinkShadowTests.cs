using System.Threading.Channels;
using Umbra.Core.Link;
using Umbra.Sessions.Shadowing;
using Umbra.Sessions.Tests.FrontEnds;

namespace Umbra.Sessions.Tests.Shadowing;

/// <summary>A shadower's modes on the near node, against a target node that answers late, never, or after the connection was lost. The target is plain bytes.</summary>
public sealed class LinkShadowTests : PeerTest
{
    private const int Id = 1;
    private const byte View = 1;
    private const byte Control = 2;
    private readonly Channel<RawLink> _connections = Channel.CreateUnbounded<RawLink>();
    private readonly LinkSource _source;
    private readonly LinkShadow _shadow;
    private readonly Session _session;

    public LinkShadowTests()
    {
        _source = new LinkSource("alice", "server-a", "server-b", ConnectAsync, TimeProvider.System, Log);
        _shadow = _source.Attach(AccessMode.View, "bob", "a test", "");
        _session = NewSession(_source, "alice@server-b", new SessionOptions { FirstRetry = TimeSpan.FromMilliseconds(1) });
    }

    [Fact]
    public async Task AskMode_Granted_ModeIsTheNewOne()
    {
        (RawLink target, Task<Decision> asking) = await AskedForControlAsync(Timeout);
        await GrantAsync(target, Control);
        Assert.True((await asking).IsGranted);
        Assert.Equal(AccessMode.Control, _shadow.Right.Mode);
        await EndAsync(target);
    }

    [Fact]
    public async Task AskMode_Denied_ModeStaysNowAndAfterReconnecting()
    {
        (RawLink target, Task<Decision> asking) = await AskedForControlAsync(Timeout);
        await DenyAsync(target, LinkReason.AccessDenied);
        Assert.Equal(LinkReason.AccessDenied, (await asking).Reason);
        Assert.Equal(AccessMode.View, _shadow.Right.Mode);
        Assert.False(_shadow.Ended.IsCancellationRequested);

        await LoseAsync(target);
        target = await OpenedAsync();
        await AnswerAsync(target, View, View);
        await EndAsync(target);
    }

    [Fact]
    public async Task AskMode_AnswerTooLate_TakenBack()
    {
        using CancellationTokenSource patience = new();
        (RawLink target, Task<Decision> asking) = await AskedForControlAsync(patience.Token);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);

        await GrantAsync(target, Control);
        await AnswerAsync(target, View, View);
        await ReachesAsync(AccessMode.View);
        await EndAsync(target);
    }

    [Fact]
    public async Task AskMode_LinkIsDown_SaysSoAtOnceAndAsksForTheOldModeLater()
    {
        (RawLink target, Task<Decision> asking) = await AskedForControlAsync(Timeout);
        await LoseAsync(target);
        Assert.Equal(LinkReason.TransportError, (await asking).Reason);
        Assert.Equal(LinkReason.TransportError, (await _shadow.AskModeAsync(AccessMode.Control, Timeout)).Reason);

        target = await OpenedAsync();
        await AnswerAsync(target, View, View);
        await EndAsync(target);
    }

    [Fact]
    public async Task Reconnected_Denied_ShadowEnds()
    {
        RawLink target = await AttachedAsync();
        await LoseAsync(target);
        target = await OpenedAsync();
        await ReadAttachAsync(target, View);
        await DenyAsync(target, LinkReason.LimitReached);
        await EndedAsync();
        Assert.Equal((AccessMode.Off, "no"), (_shadow.Right.Mode, _shadow.EndText));
        await EndAsync(target);
    }

    [Fact]
    public async Task Stopped_WhileAskingForAnotherMode_ShadowEnds()
    {
        (RawLink target, Task<Decision> asking) = await AskedForControlAsync(Timeout);
        await DenyAsync(target, LinkReason.Stopped);
        Assert.False((await asking).IsGranted);
        await EndedAsync();
        await EndAsync(target);
    }

    /// <summary>A shadower who views, and whose question for control the target node has.</summary>
    private async Task<(RawLink Target, Task<Decision> Asking)> AskedForControlAsync(CancellationToken patience)
    {
        RawLink target = await AttachedAsync();
        Task<Decision> asking = _shadow.AskModeAsync(AccessMode.Control, patience);
        await ReadAttachAsync(target, Control);
        return (target, asking);
    }

    private async Task<RawLink> AttachedAsync()
    {
        RawLink target = await OpenedAsync();
        await AnswerAsync(target, View, View);
        Assert.True((await _shadow.Answer.WaitAsync(Served.Patience)).IsGranted);
        return target;
    }

    private async Task<RawLink> OpenedAsync()
    {
        RawLink target = await _connections.Reader.ReadAsync(Timeout);
        await target.SendAsync(RawLink.Hello, RawLink.HelloOf("server-b"));
        await target.ReadUntilAsync(RawLink.Open);
        await target.SendAsync(RawLink.Opened, [0, 64, 0, 48, .. RawLink.Text("a desktop"), .. RawLink.Text("desktop"), 1, .. RawLink.Text("server-b")]);
        return target;
    }

    private static async Task AnswerAsync(RawLink target, byte asked, byte granted)
    {
        await ReadAttachAsync(target, asked);
        await GrantAsync(target, granted);
    }

    private static async Task ReadAttachAsync(RawLink target, byte mode) => Assert.Equal(mode, (await target.ReadUntilAsync(RawLink.Attach))[4]);

    private static Task GrantAsync(RawLink target, byte mode) => target.SendAsync(RawLink.Attached, [.. RawRfb.U32(Id), mode]);

    private static Task DenyAsync(RawLink target, LinkReason reason) =>
        target.SendAsync(RawLink.Denied, [.. RawRfb.U32(Id), .. RawRfb.U16((int)reason), .. RawLink.Text("rule"), .. RawLink.Text("no")]);

    private async Task ReachesAsync(AccessMode mode)
    {
        // A granted control may be seen on the way.
        while (_shadow.Right.Mode != mode)
        {
            await Task.Delay(5, Timeout);
        }
    }

    private async Task EndedAsync()
    {
        while (!_shadow.Ended.IsCancellationRequested)
        {
            await Task.Delay(5, Timeout);
        }
    }

    private async Task LoseAsync(RawLink target)
    {
        await target.DisposeAsync();
        while (_source.IsOpened)
        {
            await Task.Delay(5, Timeout);
        }
    }

    private async Task EndAsync(RawLink target)
    {
        _shadow.Leave();
        await _session.DisposeAsync();
        await target.DisposeAsync();
    }

    private async Task<LinkConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        (Served served, LinkConnection connection) = await WireAsync("server-b");
        _connections.Writer.TryWrite(new RawLink(served, Timeout));
        return connection;
    }
}
