using Umbra.Api;
using Umbra.EndToEnd.Tests.Faults;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.Input;

/// <summary>What a shadower types on the near node arrives in a program on the target node, or does not.</summary>
public sealed class TypingTests
{
    private const string Session = "alice";

    [Fact]
    public async Task Type_InControlMode_ArrivesCompleteAndInOrder()
    {
        await using NodePair pair = await NodePair.StartAsync();
        Typing typing = await Typing.StartAsync(pair, Session, 800, 600);
        await using RfbTestClient client = await typing.ConnectAsync(ShadowMode.Control);

        // No more at once than a key queue holds: nobody types faster, and what is over it would be dropped, presses first.
        for (int i = 0; i < 8; i++)
        {
            string text = $"Line {i:00}: the Quick brown fox; 1+2=3, (a) [b] {{c}} ~!@#$%^&*? and the Lazy dog, and back again";
            await Typing.LineAsync(client, text);
            Assert.Equal(text, await typing.NextLineAsync());
        }
    }

    [Fact]
    public async Task Type_InViewMode_NothingArrives()
    {
        await using NodePair pair = await NodePair.StartAsync();
        Typing typing = await Typing.StartAsync(pair, Session, 800, 600);
        await using RfbTestClient watcher = await typing.ConnectAsync(ShadowMode.View);
        await using RfbTestClient driver = await typing.ConnectAsync(ShadowMode.Control);

        await Typing.LineAsync(watcher, "from one who only watches");
        await watcher.SendPointerAsync(5, 5, 1, Typing.Timeout);
        await Typing.SettledAsync(watcher);
        await Typing.LineAsync(driver, "from one who drives");

        Assert.Equal("from one who drives", await typing.NextLineAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Type_AfterTheModeWasLowered_NothingArrives(bool onTarget)
    {
        await using NodePair pair = await NodePair.StartAsync();
        Typing typing = await Typing.StartAsync(pair, Session, 800, 600);
        await using RfbTestClient lowered = await typing.ConnectAsync(ShadowMode.Control);
        await Typing.LineAsync(lowered, "before");
        Assert.Equal("before", await typing.NextLineAsync());

        await typing.LowerAsync(onTarget);
        await Typing.LineAsync(lowered, "after");
        await Typing.SettledAsync(lowered);
        await using RfbTestClient owner = await typing.ConnectOwnerAsync();
        await Typing.LineAsync(owner, "last");

        Assert.Equal("last", await typing.NextLineAsync());
    }

    [Fact]
    public async Task Shadow_ControlWhereTheTargetAllowsViewing_IsRefusedByRule()
    {
        await using NodePair pair = await NodePair.StartAsync(shadowing: "view");
        await pair.StartPatternAsync(Session, 320, 200);

        NodeOperationException refused = await Assert.ThrowsAsync<NodeOperationException>(() => pair.ShadowAsync(Session, ShadowMode.Control));

        Assert.Equal(ErrorCode.Refused, refused.Code);
        Assert.Contains("shadowing=view", refused.Message, StringComparison.Ordinal);
        await pair.ShadowAsync(Session, ShadowMode.View);
    }
}
