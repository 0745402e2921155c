using Umbra.Api;
using Umbra.Api.Client;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.Faults;

/// <summary>
/// What a node holds while nobody does anything with it: blocks of its pool by tag, descriptors (files that the runtime loads code from
/// aside), threads. The measure for "nothing is left".
/// </summary>
internal sealed record Idle(IReadOnlyDictionary<string, long> Outstanding, int Descriptors, int Threads)
{
    /// <summary>The thread pool lets its threads go when it likes; this many come and go without anybody holding on to them.</summary>
    private const int ThreadSlack = 8;

    /// <summary>Equal readings in a row that mean that the node is at rest.</summary>
    private const int Readings = 10;

    /// <summary>Waits until the node is at rest and reads.</summary>
    public static async Task<Idle> WaitAsync(NodeProcess node, NodeClient api)
    {
        Idle last = await ReadAsync(node, api);
        int same = 0;
        await Eventually.TrueAsync(
            async () =>
            {
                Idle now = await ReadAsync(node, api);
                same = now.MoreThan(last).Length == 0 && last.MoreThan(now).Length == 0 ? same + 1 : 0;
                last = now;
                return same == Readings;
            },
            "the node comes to rest");
        return last;
    }

    /// <summary>Waits until the node is back where it was.</summary>
    public async Task ReturnsAsync(NodeProcess node, NodeClient api, string who)
    {
        string more = "";
        await Eventually.TrueAsync(
            async () => (more = (await ReadAsync(node, api)).MoreThan(this)).Length == 0,
            $"{who} holds no more than when it was idle",
            () => $"{more}\n{node.Process.Errors}");
    }

    private static async Task<Idle> ReadAsync(NodeProcess node, NodeClient api)
    {
        PoolInfo pool = await api.GetPoolAsync(CancellationToken.None);
        return new Idle(pool.Tags.ToDictionary(tag => tag.Tag, tag => tag.Outstanding), CountDescriptors(node.Process.Id), node.Cost.Threads);
    }

    private static int CountDescriptors(int pid) => Directory.GetFileSystemEntries($"/proc/{pid}/fd")
        .Select(path => new FileInfo(path).LinkTarget ?? "")
        .Count(target => target.Length > 0 && Path.GetExtension(target) is not (".dll" or ".pdb"));

    /// <summary>What is out besides what was out, for people; empty where nothing is.</summary>
    private string MoreThan(Idle before)
    {
        IEnumerable<string> blocks = Outstanding.Where(tag => tag.Value > before.Outstanding[tag.Key])
            .Select(tag => $"{tag.Key}: {tag.Value} blocks instead of {before.Outstanding[tag.Key]}");
        IEnumerable<string> descriptors = Descriptors > before.Descriptors ? [$"{Descriptors} descriptors instead of {before.Descriptors}"] : [];
        IEnumerable<string> threads = Threads > before.Threads + ThreadSlack ? [$"{Threads} threads instead of {before.Threads}"] : [];
        return string.Join(", ", blocks.Concat(descriptors).Concat(threads));
    }
}
