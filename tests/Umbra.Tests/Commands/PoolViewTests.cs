using Umbra.Api;
using Umbra.Commands;

namespace Umbra.Tests.Commands;

public sealed class PoolViewTests
{
    private static readonly PoolSamples Samples = PoolTable.Samples;

    [Theory]
    [InlineData("t", "ABC")]
    [InlineData("a", "CAB")]
    [InlineData("f", "CBA")]
    [InlineData("d", "ABC")]
    [InlineData("b", "BCA")]
    [InlineData("m", "CBA")]
    [InlineData("a(", "BAC")]
    [InlineData("f)", "BAC")]
    [InlineData("d(", "CAB")]
    [InlineData("b(", "CAB")]
    [InlineData("m(", "CAB")]
    [InlineData("t(", "ABC")]
    [InlineData("b()", "BCA")]
    [InlineData("B", "BCA")]
    public void Press_SortKeys_OrderTheRows(string keys, string order) =>
        Assert.Equal(order, string.Concat(Rows(new PoolView().Press(keys)).Select(row => row.Name[0])));

    [Theory]
    [InlineData("tag", "ABC")]
    [InlineData("driver", "CBA")]
    [InlineData("peak", "BCA")]
    public void Rows_SortedByColumnWithoutKey_AreInOrder(string column, string order) =>
        Assert.Equal(order, string.Concat(Rows(new PoolView { Sort = PoolSorts.Of(column) }).Select(row => row.Name[0])));

    [Fact]
    public void SortNames_EachColumn_HasItsOwn() =>
        Assert.Equal(Enum.GetValues<PoolSort>(), PoolSorts.Names.Select(name => PoolSorts.Of(name)!.Value));

    [Theory]
    [InlineData("/aaa\r", "A")]
    [InlineData("/TDT\r", "C")]
    [InlineData("/?b*\r", "B")]
    [InlineData("/*a*\r", "AB")]
    [InlineData("/xb\b\bbbb\r", "B")]
    [InlineData("/none\r", "")]
    [InlineData("/aaa\r/\r", "ABC")]
    [InlineData("/aaa\u001b", "ABC")]
    [InlineData("/aaa\r/b\u001b", "A")]
    public void Press_Filter_ShowsWhatMatches(string keys, string shown) =>
        Assert.Equal(shown, string.Concat(Rows(new PoolView { Sort = PoolSort.Tag }.Press(keys)).Select(row => row.Name[0])));

    [Fact]
    public void Press_WhileTyping_KeysAreText()
    {
        PoolView view = new PoolView().Press("/qp?");
        Assert.Equal(("qp?", false, false, false), (view.Typing, view.IsEnding, view.IsPaused, view.ShowsHelp));
        Assert.Equal(40, view.Press(new string('x', 100)).Typing!.Length);
    }

    [Theory]
    [InlineData("q")]
    [InlineData("Q")]
    [InlineData("\u001b")]
    public void Press_EndKeys_End(string keys) => Assert.True(new PoolView().Press(keys).IsEnding);

    [Fact]
    public void Press_UnknownKey_ChangesNothing() => Assert.Equal(new PoolView(), new PoolView().Press("x\0\t1"));

    [Fact]
    public void Press_Toggles_GoThereAndBack()
    {
        PoolView there = new PoolView().Press("pls(");
        Assert.Equal((true, false, true, true), (there.IsPaused, there.Highlights, there.ShowsAccounts, there.ByChange));
        Assert.Equal(new PoolView(), there.Press("pls)"));
    }

    [Fact]
    public void Next_WhilePaused_StandsStill()
    {
        PoolView paused = new PoolView().Press("p");
        Assert.Same(Samples, Samples.Next(Samples.Now, FakeNode.Time, paused));
        PoolSamples next = Samples.Next(Samples.Now, FakeNode.Time, paused.Press("p"));
        Assert.Same(Samples.Now, next.Before);
        Assert.DoesNotContain(Rows(next, new PoolView()), row => row.IsChanged);
    }

    [Fact]
    public void Next_NodeWasStartedAgain_HasNoChanges()
    {
        PoolSamples next = Samples.Next(Samples.Before!, FakeNode.Time, new PoolView());
        Assert.Null(next.Before);
        Assert.DoesNotContain(Rows(next, new PoolView()), row => row.IsChanged);
    }

    [Fact]
    public void Rows_OfTwoSamples_CarryTheChanges()
    {
        PoolRow row = Rows(new PoolView())[1];
        Assert.Equal((new PoolCount(20, 10), new PoolCount(15, 10), new PoolCount(5, 0)), (row.Allocs, row.Frees, row.Diff));
        Assert.Equal((new PoolCount(9000, 0), new PoolCount(1800, 0), true), (row.Bytes, row.PerAlloc, row.IsChanged));
    }

    [Fact]
    public void Rows_Accounts_StayATreeWhenSorted()
    {
        PoolInfo pool = PoolTable.Pool([],
            PoolTable.Account(1, "process", 0, 4096), PoolTable.Account(2, "session a", 1, 1024), PoolTable.Account(3, "viewer 1", 2, 256),
            PoolTable.Account(4, "viewer 2", 2, 512, isClosed: true), PoolTable.Account(5, "link", 1, 2048));
        PoolSamples samples = new(pool, null, FakeNode.Time);
        PoolView view = new PoolView().Press("sb");
        Assert.Equal(["process", "link", "session a", "viewer 2", "viewer 1"], Rows(samples, view).Select(row => row.Name));
        Assert.Equal(["session a", "viewer 2", "viewer 1"], Rows(samples, view.Press("/session\r")).Select(row => row.Name));
        Assert.Equal(["process", "session a", "viewer 1", "viewer 2", "link"], Rows(samples, view with { Sort = null }).Select(row => row.Name));
    }

    [Fact]
    public void Rows_AccountsOfOneName_AreToldApart()
    {
        PoolInfo before = PoolTable.Pool([], PoolTable.Account(1, "process", 0, 1024), PoolTable.Account(2, "viewer", 1, 512), PoolTable.Account(3, "viewer", 1, 256));
        PoolInfo now = PoolTable.Pool([], PoolTable.Account(1, "process", 0, 1024), PoolTable.Account(3, "viewer", 1, 768));
        Assert.Equal(new PoolCount(768, 512), Rows(new PoolSamples(now, before, FakeNode.Time), new PoolView { ShowsAccounts = true })[1].Bytes);
    }

    private static IReadOnlyList<PoolRow> Rows(PoolView view) => Rows(Samples, view);

    private static IReadOnlyList<PoolRow> Rows(PoolSamples samples, PoolView view) => PoolRows.Of(samples, view);
}
