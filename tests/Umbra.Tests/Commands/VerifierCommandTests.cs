using System.Text.Json;
using Umbra.Api;
using Umbra.Commands;

namespace Umbra.Tests.Commands;

public sealed class VerifierCommandTests : NodeFixture
{
    [Fact]
    public async Task Verifier_On_PrintsFaultsAndWhatIsOut()
    {
        string text = (await RunAsync("verifier")).Out;
        Assert.Matches("verifier: +on since 2026-", text);
        Assert.Matches("tags: +all\nstacks: +of each rent\nfaults: +3\n", text);
        Assert.Contains(", 3 times since ", text, StringComparison.Ordinal);
        Assert.Contains("BAD_POOL_CALLER 0xC2 (0x07, Mdl , 100 bytes): returned twice\n  rented at\n  at Somebody.Rents()\n", text, StringComparison.Ordinal);
        Assert.Contains("\nTdPi  Tdpipe, driver Tdpipe / link: 2 blocks, 8192 bytes, the oldest 1m1s old\n  at Link.Reads()\n  at Link.Runs()\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text);
    }

    [Theory]
    [InlineData("--tag", "td*", "TdPi")]
    [InlineData("--tag", "mdl", "Mdl ")]
    [InlineData("--account", "*alice*", "Mdl ")]
    [InlineData("--account", "nobody", "")]
    public async Task Verifier_Filter_ShowsOnlyWhatMatches(string option, string glob, string shown) =>
        Assert.Equal(shown, string.Concat((await RunAsync("verifier", option, glob, "-o", "json")).Json.GetProperty("out").EnumerateArray()
            .Select(blocks => blocks.GetProperty("tag").GetString())));

    [Fact]
    public async Task On_TagsAndStacks_ReachTheNode()
    {
        Assert.Equal(0, (await RunAsync("verifier", "on", "--tag", "TdPi", "--tag", "mdl", "--stacks", "10")).ExitCode);
        VerifierRequest request = Assert.IsType<VerifierRequest>(Node.Last);
        Assert.Equal(["TdPi", "mdl"], request.Tags!);
        Assert.Equal(10, request.Stacks);
        Assert.Equal(0, (await RunAsync("verifier", "off")).ExitCode);
        Assert.Equal("off", Node.Last);
    }

    [Theory]
    [InlineData("--tag", "TdXx", "tags are Mdl, SfPx,")]
    [InlineData("--stacks", "0", "1 (each)")]
    public async Task On_Wrong_IsUsageErrorThatSaysWhatIsRight(string option, string value, string right)
    {
        CommandResult result = await RunAsync("verifier", "on", option, value);
        Assert.Equal(ExitCodes.Usage, result.ExitCode);
        Assert.Contains(right, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verifier_Off_SaysSo()
    {
        Node.Verifier = new VerifierInfo(false, [], 0, 0, [], [], 0);
        Assert.Matches("verifier: +off\nfaults: +0\n$", (await RunAsync("verifier")).Out);
        JsonElement json = (await RunAsync("verifier", "-o", "json")).Json;
        Assert.False(json.GetProperty("isOn").GetBoolean());
    }
}
