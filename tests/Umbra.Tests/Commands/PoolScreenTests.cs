using Umbra.Api;
using Umbra.Commands;

namespace Umbra.Tests.Commands;

public sealed class PoolScreenTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    [Fact]
    public void Screen_Tags_HasTotalsHeadsAndChanges()
    {
        IReadOnlyList<PoolLine> lines = Screen(new PoolView().Press("b("));
        Assert.Matches("^umbra pool .* every 1s   sort bytes \\(change\\)$", lines[0].Text);
        Assert.Equal("out 4KiB, peak 8KiB, limit 1MiB, reserve 0B, kept free 1KiB", lines[1].Text);
        Assert.Matches("^Tag +Driver +Allocs +\\(\\+/-\\) +Frees +\\(\\+/-\\) +Diff +Bytes +\\(\\+/-\\) +Per Alloc +Peak +Limit$", lines[3].Text);
        Assert.Matches("^Cccc +Tdtcp +90 +\\(\\+1\\) +89 +1 +3000 +\\(\\+3000\\) +3000 +6000 +-$", lines[4].Text);
        Assert.Matches("^h help +q end$", lines[^1].Text);
    }

    [Fact]
    public void Screen_Help_NamesEachKey()
    {
        string text = Text(Screen(new PoolView().Press("h")));
        string[] keys = ["t", "a", "f", "d", "b", "m", "( or )", "p", "l", "/", "s", "h or ?", "q or Esc"];
        Assert.Equal(keys, PoolKey.All.Select(key => key.Name));
        Assert.All(PoolKey.All, key => Assert.Matches($"(?m)^  {System.Text.RegularExpressions.Regex.Escape(key.Name)} +\\S", text));
        Assert.DoesNotContain("any key", Text(Screen(new PoolView().Press("?x"))), StringComparison.Ordinal);
    }

    [Fact]
    public void Screen_Highlight_MarksOnlyWhatChanged()
    {
        PoolSamples samples = PoolTable.Samples with { Before = PoolTable.Samples.Now };
        Assert.All(Screen(new PoolView()).Skip(4).Take(3), line => Assert.Equal(PoolLineStyle.Changed, line.Style));
        Assert.DoesNotContain(Screen(new PoolView().Press("l")), line => line.Style == PoolLineStyle.Changed);
        Assert.DoesNotContain(Screen(new PoolView(), samples: samples), line => line.Style == PoolLineStyle.Changed);
    }

    [Fact]
    public void Screen_States_AreNamed()
    {
        Assert.Contains("PAUSED", Screen(new PoolView().Press("p"))[0].Text, StringComparison.Ordinal);
        Assert.Contains("filter *td*", Screen(new PoolView().Press("/td\r"))[0].Text, StringComparison.Ordinal);
        Assert.Equal("filter: td_", Screen(new PoolView().Press("/td"))[^1].Text);
        Assert.Equal("no answer: gone", Screen(new PoolView(), trouble: "gone")[^1].Text);
        Assert.Contains("nothing matches", Text(Screen(new PoolView().Press("/none\r"))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, 40)]
    [InlineData(80, 24)]
    [InlineData(80, 6)]
    [InlineData(40, 10)]
    [InlineData(1, 1)]
    public void Screen_AnyWindow_FitsIt(int width, int height)
    {
        foreach (string keys in (string[])["", "h", "s", "/x"])
        {
            IReadOnlyList<PoolLine> lines = Screen(new PoolView().Press(keys), width, height);
            Assert.InRange(lines.Count, 1, height);
            Assert.All(lines, line => Assert.InRange(line.Text.Length, 0, width));
        }
    }

    [Fact]
    public void Screen_NarrowWindow_LeavesOutWholeColumns()
    {
        string head = Screen(new PoolView(), width: 80)[3].Text;
        Assert.DoesNotContain("Driver", head, StringComparison.Ordinal);
        Assert.EndsWith("Per Alloc      Peak", head, StringComparison.Ordinal);
    }

    [Fact]
    public void Screen_LowWindow_SaysWhatIsMissing() =>
        Assert.Equal("2 more: the window is too small", Screen(new PoolView(), height: 7)[^2].Text);

    [Fact]
    public void Screen_Accounts_AreSetInAndCarryNoEscapeOfStrangers()
    {
        PoolInfo pool = PoolTable.Pool([], PoolTable.Account(1, "process", 0, 512), PoolTable.Account(2, "viewer \u001b[2J", 1, 256, isClosed: true));
        IReadOnlyList<PoolLine> lines = Screen(new PoolView().Press("s"), samples: new PoolSamples(pool, null, FakeNode.Time));
        Assert.Matches("^process +2 +512 +256 +512 +- open", lines[4].Text);
        Assert.Matches("^  viewer \uFFFD\\[2J +1 +256 +256 +256 +- closed", lines[5].Text);
    }

    private static IReadOnlyList<PoolLine> Screen(PoolView view, int width = 150, int height = 40, string? trouble = null, PoolSamples? samples = null) =>
        PoolScreen.Of(samples ?? PoolTable.Samples, view, Interval, trouble, width, height);

    private static string Text(IEnumerable<PoolLine> lines) => string.Join('\n', lines.Select(line => line.Text));
}
