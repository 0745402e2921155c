using Umbra.Core.Memory;
using Umbra.Testing;

namespace Umbra.Core.Tests.Memory;

public sealed class AccountTests : PoolTest
{
    /// <summary>Unwatched: closing accounts with blocks out is a test here.</summary>
    public AccountTests() => Pool.Verifier = null;

    [Fact]
    public void Driver_NotGiven_IsThatOfTheParent()
    {
        Account listener = Account.Open("driver tcp", driver: "tcp").Open("listener");
        Account other = listener.Open("other", driver: "pipe");
        Assert.Equal((null, "tcp", "pipe"), (Account.Driver, listener.Driver, other.Driver));
        Assert.Equal([null, "tcp", "tcp", "pipe"], Account.ReadTree().Select(a => a.Driver));
    }

    [Fact]
    public void ReadTree_Nested_ParentsFirstInOrderOfOpening()
    {
        Account session = Account.Open("session", limit: 1 << 20);
        Account links = Account.Open("links");
        Account viewer = session.Open("viewer");
        using Lease lease = Pool.Rent(1000, BufferTag.Test, viewer);

        IReadOnlyList<AccountUsage> tree = Account.ReadTree();

        Assert.Equal([("process", 0, 1024L), ("session", 1, 1024L), ("viewer", 2, 1024L), ("links", 1, 0L)], tree.Select(a => (a.Name, a.Depth, a.Bytes)));
        Assert.Equal(new AccountUsage(session.Id, "session", 1, 1024, 1, 1024, 1 << 20, IsClosed: false), tree[1]);
        Assert.True(links.Id > session.Id);
    }

    [Fact]
    public void Dispose_Empty_IsOutOfSight()
    {
        Account session = Account.Open("session");
        Account viewer = session.Open("viewer");
        Pool.Rent(1, BufferTag.Test, viewer).Dispose();

        viewer.Dispose();
        viewer.Dispose();
        Assert.Equal(["process", "session"], Names());
        session.Dispose();
        Assert.Equal(["process"], Names());
    }

    [Fact]
    public void Dispose_WithBlocksOut_StaysInSightUntilTheLastComesBack()
    {
        Account session = Account.Open("session");
        Account viewer = session.Open("viewer");
        Lease first = Pool.Rent(1, BufferTag.Test, viewer);
        Lease last = Pool.Rent(1, BufferTag.Test, viewer);

        viewer.Dispose();
        session.Dispose();
        first.Dispose();
        AccountUsage left = Account.ReadTree()[^1];
        Assert.Equal(("viewer", 2, 1L, 256L, true), (left.Name, left.Depth, left.Blocks, left.Bytes, left.IsClosed));
        last.Dispose();
        Assert.Equal(["process"], Names());
    }

    [Fact]
    public void Dispose_ParentBeforeChild_HoldsNothingAnyMore()
    {
        Account session = Account.Open("session");
        Account viewer = session.Open("viewer");
        session.Dispose();
        Assert.Equal(["process"], Names());
        Assert.Throws<QuotaExceededException>(() => Pool.Rent(1, BufferTag.Test, viewer));
        viewer.Dispose();
        Assert.Equal(["process"], Names());
    }

    [Fact]
    public async Task ReadTree_WhileAccountsComeAndGo_SeesOnlyWholeOnesAndEndsEmpty()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        using CancellationTokenSource reading = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task reader = Task.Run(() =>
        {
            while (!reading.IsCancellationRequested)
            {
                IReadOnlyList<AccountUsage> tree = Account.ReadTree();
                Assert.Equal(("process", 0), (tree[0].Name, tree[0].Depth));
                Assert.All(tree.Skip(1), a => Assert.Equal(a.Name == "session" ? 1 : 2, a.Depth));
                Assert.Equal(tree.Count, tree.Select(a => a.Id).Distinct().Count());
            }
        }, ct);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 2000; i++)
            {
                using Account session = Account.Open("session");
                Account viewer = session.Open("viewer");
                Lease lease = Pool.Rent(1, BufferTag.Test, viewer);
                viewer.Dispose();
                lease.Dispose();
            }
        }, ct)));
        await reading.CancelAsync();
        await reader;

        Assert.Equal(["process"], Names());
    }

    /// <summary>Closing races with renting: what was let in is in sight, what was not is nowhere.</summary>
    [Fact]
    public async Task Dispose_WhileOthersRent_NeverHidesABlock()
    {
        CancellationToken ct = TestContext.Current.CancellationToken;
        for (int i = 0; i < 2000; i++)
        {
            Account viewer = Account.Open("viewer");
            Task<Lease?> renting = Task.Run(() => TryRent(viewer), ct);
            viewer.Dispose();
            using (await renting)
            {
                Assert.Equal(viewer.Blocks == 0 ? ["process"] : ["process", "viewer"], Names());
            }
        }

        Assert.Equal(["process"], Names());
    }

    private Lease? TryRent(Account account)
    {
        try
        {
            return Pool.Rent(1, BufferTag.Test, account);
        }
        catch (QuotaExceededException)
        {
            return null;
        }
    }

    private IEnumerable<string> Names() => Account.ReadTree().Select(a => a.Name);
}
