using System.Net.Http.Json;
using System.Text.Json;
using Umbra.Api;
using Umbra.Core.Memory;

namespace Umbra.Tests.Api;

public sealed class PoolInfoTests : NodeFixture
{
    [Fact]
    public async Task GetPool_Answer_HasTagsAccountsAndTotals()
    {
        JsonElement pool = await Http.GetFromJsonAsync<JsonElement>(Routes.Pool, Ct);
        Assert.Equal(["bytes", "peakBytes", "keptBytes", "reserve", "tags", "accounts", "accountsLeftOut", "limit", "pressure"], Names(pool));
        Assert.Equal(
            ["tag", "name", "driver", "allocs", "frees", "outstanding", "bytes", "perAlloc", "peakBytes", "refused"], Names(pool.GetProperty("tags")[0]));
        Assert.Equal(["id", "name", "depth", "bytes", "blocks", "peakBytes", "isClosed", "limit"], Names(pool.GetProperty("accounts")[0]));
    }

    [Fact]
    public async Task OpenApi_Pool_DescribesAccounts()
    {
        JsonElement schemas = (await Http.GetFromJsonAsync<JsonElement>(Routes.OpenApi, Ct)).GetProperty("components").GetProperty("schemas");
        Assert.Contains("isClosed", Names(schemas.GetProperty(nameof(PoolAccountInfo)).GetProperty("properties")));
        Assert.Contains("perAlloc", Names(schemas.GetProperty(nameof(PoolTagInfo)).GetProperty("properties")));
        Assert.Contains("accounts", Names(schemas.GetProperty(nameof(PoolInfo)).GetProperty("properties")));
    }

    [Fact]
    public void From_Pool_SaysWhoHoldsWhat()
    {
        using BufferPool pool = new(limit: 1 << 20, reserve: 4096);
        Account link = pool.Root.Open("link", limit: 1 << 16);
        using Lease first = pool.Rent(1000, BufferTag.TdTcp, link);
        using Lease second = pool.Rent(2000, BufferTag.TdTcp, link);
        link.Dispose();

        PoolInfo info = PoolInfo.From(pool);

        Assert.Equal((3072, 4096, 1 << 20, 0), (info.Bytes, info.Reserve, info.Limit, info.AccountsLeftOut));
        Assert.Equal(new PoolTagInfo("TdTc", "TdTcp", "Tdtcp", 2, 0, 2, 3072, 1536, 3072, 0), info.Tags[(int)BufferTag.TdTcp]);
        Assert.Equal(0, info.Tags[(int)BufferTag.Mdl].PerAlloc);
        Assert.Equal(new PoolAccountInfo(link.Id, "link", 1, 3072, 2, 3072, true, 1 << 16), info.Accounts[1]);
        Assert.All(info.Tags, tag => Assert.NotEmpty(tag.Driver));
    }

    [Fact]
    public void From_PoolWithoutLimit_HasNone()
    {
        using BufferPool pool = new();
        Assert.Null(PoolInfo.From(pool).Limit);
    }

    [Fact]
    public void From_TooManyAccounts_ListsTheLargestWithThoseAbove()
    {
        using BufferPool pool = new();
        Account session = pool.Root.Open("session");
        Account[] viewers = [.. Enumerable.Range(0, 1200).Select(i => session.Open($"viewer {i}"))];
        using Lease lease = pool.Rent(1, BufferTag.Test, viewers[^1]);

        PoolInfo info = PoolInfo.From(pool);

        Assert.Equal((PoolInfo.MaxAccounts, 202), (info.Accounts.Count, info.AccountsLeftOut));
        Assert.Equal(["process", "session"], info.Accounts.Take(2).Select(account => account.Name));
        Assert.Equal("viewer 1199", info.Accounts[^1].Name);
    }

    [Fact]
    public void Largest_ParentThatSeemsSmaller_IsNotLeftOut()
    {
        AccountUsage[] tree = [Usage("process", 0, 10), Usage("empty", 1, 5), Usage("session", 1, 1), Usage("viewer", 2, 9)];
        Assert.Equal(["process", "empty", "session"], PoolAccountInfo.Largest(tree, 3).Select(a => a.Name));
    }

    private static AccountUsage Usage(string name, int depth, long bytes) => new(0, name, depth, bytes, 1, bytes, long.MaxValue, false);

    private static IEnumerable<string> Names(JsonElement shape) => shape.EnumerateObject().Select(member => member.Name);
}
