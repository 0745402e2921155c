using System.Text.Json;
using Umbra.Api;
using Umbra.Commands;

namespace Umbra.Tests.Commands;

public sealed class PoolCommandTests : NodeFixture
{
    [Theory]
    [InlineData("pool")]
    [InlineData("pool", "--once")]
    public async Task Pool_NoTerminal_PrintsOneTable(params string[] arguments)
    {
        string text = (await RunAsync(arguments)).Out;
        Assert.StartsWith("out 4KiB, peak 8KiB, limit 1GiB, reserve 256MiB, kept free 0B\n", text, StringComparison.Ordinal);
        Assert.Matches("TAG +DRIVER +ALLOCS +FREES +DIFF +BYTES +PER ALLOC +PEAK +LIMIT +REFUSED", text);
        Assert.Matches("Mdl +control messages +5 +4 +1 +4096 +4096 +8192 +- +0", text);
        Assert.Matches("TdTc +Tdtcp +7 +7 +0 +0 +0 +512 +- +2", text);
    }

    [Theory]
    [InlineData("Td*", "TdTc")]
    [InlineData("tdtcp", "TdTc")]
    [InlineData("mdl", "Mdl ")]
    [InlineData("td", "")]
    public async Task Pool_TagGlob_ShowsOnlyWhatMatches(string glob, string shown)
    {
        string text = (await RunAsync("pool", "--tag", glob)).Out;
        Assert.Equal(shown, string.Concat(((string[])["Mdl ", "TdTc"]).Where(tag => text.Contains($"\n{tag}", StringComparison.Ordinal))));
        IEnumerable<string?> tags = (await RunAsync("pool", "--tag", glob, "-o", "json")).Json.GetProperty("tags").EnumerateArray()
            .Select(tag => tag.GetProperty("tag").GetString());
        Assert.Equal(shown, string.Concat(tags));
    }

    [Fact]
    public async Task Pool_Promise_PrintsTheSum()
    {
        string text = (await RunAsync("pool", "--promise")).Out;
        Assert.Matches("WHAT +AT MOST +NOW +BOUNDED BY", text);
        Assert.Matches("data memory +96MiB +5MiB +memoryLimit", text);
        Assert.Matches("kernel socket buffers +4MiB +- +maxConnections 256", text);
        Assert.Matches("sum +100MiB +60MiB +processLimit 256MiB", text);
        Assert.Equal(100 << 20, (await RunAsync("pool", "--promise", "-o", "json")).Json.GetProperty("sum").GetInt64());
    }

    [Fact]
    public async Task Pool_Sort_OrdersTheTable()
    {
        Assert.Matches("(?s)\nMdl .*\nTdTc", (await RunAsync("pool", "--sort", "bytes")).Out);
        Assert.Matches("(?s)\nTdTc.*\nMdl ", (await RunAsync("pool", "--sort", "allocs")).Out);
    }

    [Fact]
    public async Task Pool_Account_PrintsTheTreeWithoutEscapesOfStrangers()
    {
        string text = (await RunAsync("pool", "--account")).Out;
        Assert.Matches("\nprocess +1 +4096 +8192 +1GiB +open", text);
        Assert.Matches("\n  session alice +1 +4096 +8192 +512MiB +open", text);
        Assert.Matches("\n    viewer \uFFFD\\[2J +1 +4096 +4096 +- +closed", text);
    }

    [Fact]
    public async Task Pool_Json_IsTheApisAnswer()
    {
        JsonElement pool = (await RunAsync("pool", "--once", "--interval", "1s", "-o", "json")).Json;
        Assert.Equal("Mdl ", pool.GetProperty("tags")[0].GetProperty("tag").GetString());
        Assert.Equal(1 << 28, pool.GetProperty("reserve").GetInt64());
        Assert.True(pool.GetProperty("accounts")[2].GetProperty("isClosed").GetBoolean());
    }

    [Fact]
    public async Task Pool_JsonWithInterval_PrintsALineEachTime()
    {
        using LineWriter lines = new();
        lines.Written += () => Node.Failure = lines.Count < 3 ? null : new NodeOperationException(ErrorCode.Timeout, "enough");
        CommandResult result = await RunAsync(["pool", "-o", "json", "--interval", "100ms"], environment => environment with { Out = lines });
        Assert.Equal(ExitCodes.Timeout, result.ExitCode);
        Assert.Equal(3, lines.Count);
        Assert.All(lines.All, line => Assert.Equal(4096, JsonDocument.Parse(line).RootElement.GetProperty("bytes").GetInt64()));
    }

    [Fact]
    public async Task Pool_Terminal_IsLiveUntilQ()
    {
        CommandResult result = await LiveAsync("xsh q");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.StartsWith("\u001b[?1049h", result.Out, StringComparison.Ordinal);
        Assert.EndsWith("\u001b[?1049l", result.Out, StringComparison.Ordinal);
        Assert.Contains("control messages", result.Out, StringComparison.Ordinal);
        Assert.Contains("session alice", result.Out, StringComparison.Ordinal);
        Assert.Contains("any key goes back", result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("viewer \u001b", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pool_TerminalAndOnce_PrintsOneTable() =>
        Assert.DoesNotContain("\u001b[?1049h", (await LiveAsync("q", "--once")).Out, StringComparison.Ordinal);

    [Fact]
    public async Task Pool_TerminalAndNoNode_LeavesTheScreenAlone()
    {
        Node.Failure = new NodeOperationException(ErrorCode.NodeUnreachable, "gone");
        CommandResult result = await LiveAsync("q");
        Assert.Equal((ExitCodes.Unreachable, "", "umbra: gone\n"), (result.ExitCode, result.Out, result.Error));
    }

    [Theory]
    [InlineData("--interval", "5ms")]
    [InlineData("--interval", "soon")]
    [InlineData("--sort", "size")]
    public async Task Pool_Wrong_IsUsageError(params string[] arguments) =>
        Assert.Equal(ExitCodes.Usage, (await RunAsync(["pool", .. arguments])).ExitCode);

    private Task<CommandResult> LiveAsync(string keys, params string[] arguments) => RunAsync(
        ["pool", "--interval", "100ms", .. arguments], environment => environment with { IsTerminal = true, Terminal = new FakeTerminal(keys) });

    private Task<CommandResult> RunAsync(string[] arguments, Func<CommandEnvironment, CommandEnvironment> change) =>
        CommandResult.RunAsync(arguments, new() { ["UMBRA_API"] = Socket }, Folder.Path, change: change);

    /// <summary>Tells of each line as it is written.</summary>
    private sealed class LineWriter : StringWriter
    {
        private readonly List<string> _lines = [];

        public event Action? Written;

        public IReadOnlyList<string> All => _lines;

        public int Count => _lines.Count;

        public override void WriteLine(string? value)
        {
            _lines.Add(value ?? "");
            Written?.Invoke();
        }
    }
}
