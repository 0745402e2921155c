using Umbra.Api;
using Umbra.EndToEnd.Tests.Faults;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.Input;

/// <summary>What a shadower types on the near node arrives in a program on the target node, or does not.</summary>
public sealed class TypingTests
{
    private const string Session = "alice";
    private const uint Return = 0xFF0D;
    private const uint LeftControl = 0xFFE3;

    [Fact]
    public async Task Type_InControlMode_ArrivesCompleteAndInOrder()
    {
        await using Typing typing = await Typing.StartAsync();
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
        await using Typing typing = await Typing.StartAsync();
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
        await using Typing typing = await Typing.StartAsync();
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

    /// <summary>A desktop whose one program, a terminal, writes the lines typed into it to a file.</summary>
    private sealed class Typing : IAsyncDisposable
    {
        private readonly NodePair _pair;
        private readonly string _file;
        private int _linesRead;
        private string _lastShadow = "";

        private Typing(NodePair pair)
        {
            _pair = pair;
            _file = pair.Target.PathOf("typed");
        }

        public static CancellationToken Timeout => new CancellationTokenSource(NodePair.Patience).Token;

        public static async Task<Typing> StartAsync()
        {
            Require.Program("xterm");
            NodePair pair = await NodePair.StartAsync();
            Typing typing = new(pair);
            string program = $"stty -icanon; echo ready >> {typing._file}; while IFS= read -r line; do printf '%s\\n' \"$line\" >> {typing._file}; done";
            await pair.StartDesktopAsync(Session, 800, 600, "xterm", "-geometry", "120x40+0+0", "-e", "sh", "-c", program);
            await typing.NextLineAsync();
            return typing;
        }

        public async Task<RfbTestClient> ConnectAsync(ShadowMode mode)
        {
            ShadowInfo shadow = await _pair.ShadowAsync(Session, mode);
            _lastShadow = shadow.Id;
            return await ConnectAsync(RfbTestOptions.For(shadow.Listen));
        }

        public async Task<RfbTestClient> ConnectOwnerAsync() => await ConnectAsync(await _pair.OwnerAsync(Session));

        private static async Task<RfbTestClient> ConnectAsync(RfbTestOptions options)
        {
            RfbTestClient client = await RfbTestClient.ConnectAsync(options, Timeout);

            // Without a window manager the keyboard goes to the window under the pointer.
            await client.SendPointerAsync(300, 200, 0, Timeout);
            await client.ReadPictureAsync(false, Timeout);
            return client;
        }

        public static async Task LineAsync(RfbTestClient client, string text)
        {
            await client.TypeAsync(text, Timeout);
            await client.SendKeyAsync(Return, true, Timeout);
            await client.SendKeyAsync(Return, false, Timeout);
        }

        /// <summary>What the client sent has been dealt with on the target node: a picture was asked for after it, and has come.</summary>
        public static async Task SettledAsync(RfbTestClient client)
        {
            await client.SendKeyAsync(LeftControl, true, Timeout);
            await client.SendKeyAsync(LeftControl, false, Timeout);
            await client.ReadPictureAsync(false, Timeout);
        }

        public async Task LowerAsync(bool onTarget)
        {
            if (!onTarget)
            {
                await _pair.NearApi.ChangeShadowAsync(_lastShadow, new ChangeShadowRequest(ShadowMode.View), Timeout);
                return;
            }

            ShadowInfo grant = (await _pair.TargetApi.ListShadowsAsync(Timeout)).Single();
            await _pair.TargetApi.ChangeShadowAsync(grant.Id, new ChangeShadowRequest(ShadowMode.View), Timeout);
        }

        public async Task<string> NextLineAsync()
        {
            string[] lines = [];
            await Eventually.TrueAsync(
                () => File.Exists(_file) && (lines = [.. File.ReadAllText(_file).Split('\n')[..^1]]).Length > _linesRead,
                $"line {_linesRead + 1} is typed");
            return lines[_linesRead++];
        }

        public ValueTask DisposeAsync() => _pair.DisposeAsync();
    }
}
