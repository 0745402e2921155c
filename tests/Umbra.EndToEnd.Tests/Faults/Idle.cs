using Umbra.Api;
using Umbra.Api.Client;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.Faults;

/// <summary>What a node holds while nobody does anything with it: the measure for "nothing is left".</summary>
internal sealed record Idle(IReadOnlyDictionary<string, long> Outstanding, int FileDescriptors, int Threads)
{
    public static async Task<Idle> ReadAsync(NodeProcess node, NodeClient api)
    {
        PoolInfo pool = await api.GetPoolAsync(CancellationToken.None);
        ProcessCost cost = node.Cost;
        return new Idle(pool.Tags.ToDictionary(tag => tag.Tag, tag => tag.Outstanding), cost.FileDescriptors, cost.Threads);
    }

    /// <summary>
    /// What is out besides what was out; empty where nothing is. The API's own connection, through which this is asked, is on both sides.
    /// </summary>
    public string MoreThan(Idle before)
    {
        IEnumerable<string> blocks = Outstanding.Where(tag => tag.Value > before.Outstanding[tag.Key])
            .Select(tag => $"{tag.Key}: {tag.Value} blocks instead of {before.Outstanding[tag.Key]}");
        IEnumerable<string> files = FileDescriptors > before.FileDescriptors ? [$"{FileDescriptors} file descriptors instead of {before.FileDescriptors}"] : [];
        return string.Join(", ", blocks.Concat(files));
    }

    /// <summary>Waits until the node is back where it was.</summary>
    public async Task ReturnsAsync(NodeProcess node, NodeClient api, string who)
    {
        string more = "";
        await Eventually.TrueAsync(
            async () => (more = (await ReadAsync(node, api)).MoreThan(this)).Length == 0, $"{who} holds no more than when it was idle", () => $"{more}\n{node.Process.Errors}");
    }
}
