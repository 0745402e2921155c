namespace Umbra.Tests.Commands;

public sealed class CompletionTests : NodeFixture
{
    [Theory]
    [InlineData("", "session")]
    [InlineData("ses", "session")]
    [InlineData("session k", "kill")]
    [InlineData("verifier on --tag ", "TdPi")]
    [InlineData("session kill ", "alice")]
    [InlineData("shadow al", "alice")]
    [InlineData("shadow alice@", "alice@server-b")]
    [InlineData("snapshot alice@ser", "alice@server-b")]
    [InlineData("shadow stop ", "s1")]
    [InlineData("node rm ", "server-b")]
    [InlineData("session ls --output ", "json")]
    [InlineData("shadow mode s1 c", "control")]
    [InlineData("session start ", "desktop")]
    [InlineData("completion ", "fish")]
    public async Task Suggest_Line_ContainsWord(string line, string word)
    {
        CommandResult result = await RunAsync($"[suggest:{line.Length}]", line);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains(word, result.Out.Split('\n').Select(w => w.Trim()));
    }

    [Fact]
    public async Task Suggest_NodeRm_LeavesOutTheNodeItself() =>
        Assert.DoesNotContain("server-a", (await RunAsync("[suggest:8]", "node rm ")).Out, StringComparison.Ordinal);

    [Fact]
    public async Task Suggest_NoNode_IsSilent()
    {
        CommandResult result = await CommandResult.RunAsync(["[suggest:13]", "session kill "],
            new() { ["UMBRA_API"] = "/nowhere/api.sock" }, Folder.Path);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _umbra umbra")]
    [InlineData("zsh", "compdef _umbra umbra")]
    [InlineData("fish", "complete -c umbra")]
    public async Task Script_OfShell_IsPrinted(string shell, string line) =>
        Assert.Contains(line, (await RunAsync("completion", shell)).Out, StringComparison.Ordinal);
}
