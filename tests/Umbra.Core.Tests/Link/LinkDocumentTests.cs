using System.Text.RegularExpressions;
using Umbra.Core.Link;

namespace Umbra.Core.Tests.Link;

/// <summary>docs/link-protocol.md is the golden file: its worked examples are what the code writes, byte for byte.</summary>
public sealed partial class LinkDocumentTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(Root(), "docs", "link-protocol.md"));

    public static TheoryData<LinkMessageType> Types => [.. Enum.GetValues<LinkMessageType>()];

    [Theory]
    [MemberData(nameof(Types))]
    public void Example_InTheDocument_IsWhatTheCodeWrites(LinkMessageType type)
    {
        Match block = Regex.Match(Document, $@"^### 0x{(byte)type:x2} {type}$.*?```hex\n(?<hex>.*?)```",
            RegexOptions.Singleline | RegexOptions.Multiline);
        Assert.True(block.Success, $"no section '### 0x{(byte)type:x2} {type}' with a hex block");

        string documented = Comment().Replace(block.Groups["hex"].Value, "");

        byte[] written = LinkExample.All.Single(e => e.Type == type).Frame();
        Assert.Equal(Convert.ToHexString(written), Blank().Replace(documented, "").ToUpperInvariant());
    }

    [Fact]
    public void Reasons_InTheDocument_AreThoseOfTheCode()
    {
        IEnumerable<string> expected = Enum.GetValues<LinkReason>().Select(r =>
            $"| {(ushort)r} | {r} | {(r.StatusCode() is { } code ? code.ToString() : "-")} |");

        Assert.All(expected, line => Assert.Contains(line, Document, StringComparison.Ordinal));
    }

    [Fact]
    public void Limits_InTheDocument_AreThoseOfTheCode() =>
        Assert.All(Enum.GetValues<LinkMessageType>(), type =>
            Assert.Contains($"| 0x{(byte)type:x2} | {type} | {LinkLimits.MaxPayload(type)} |", Document, StringComparison.Ordinal));

    private static string Root()
    {
        string? at = AppContext.BaseDirectory;
        while (at is not null && !File.Exists(Path.Combine(at, "Umbra.slnx")))
        {
            at = Path.GetDirectoryName(at);
        }

        return at ?? throw new InvalidOperationException("not inside the repository");
    }

    [GeneratedRegex("#.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\s")]
    private static partial Regex Blank();
}
