using Umbra.Api;
using Umbra.Api.Client;
using Umbra.EndToEnd.Tests.Faults;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.Memory;

/// <summary>The real program inside a real memory cgroup.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class ContainerTests
{
    private const long Limit = 256 << 20;

    [Fact]
    public async Task Serve_InAContainer_PlansForItsLimitAndRunsInIt()
    {
        using TestCgroup container = TestCgroup.Require(Limit);
        await using NodeProcess node = await NodeProcess.StartAsync(cgroup: container);
        using NodeClient api = new(node.ApiSocket, NodePair.Patience);

        PromiseInfo promise = await api.GetPromiseAsync(CancellationToken.None);
        Assert.Equal(Limit, promise.ProcessLimit);
        Assert.InRange(promise.Sum, 1, Limit);
        Assert.InRange((await api.GetPoolAsync(CancellationToken.None)).Limit!.Value, 64 << 20, Limit / 2);

        await api.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, "pat", new SizeInfo(1920, 1080)), CancellationToken.None);
        Assert.NotEmpty((await api.TakeSnapshotAsync(SessionAddress.Parse("pat"), CancellationToken.None)).ToArray());
        Assert.Equal(0, container.Failures ?? 0);
        await node.StopAsync();
    }

    [Fact]
    public async Task Serve_MoreThanTheContainerHas_DoesNotStart()
    {
        using TestCgroup container = TestCgroup.Require(Limit);
        Dictionary<string, string?> settings = new() { ["UMBRA_MEMORY_LIMIT"] = "512MiB" };
        InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(() => NodeProcess.StartAsync(settings, container));
        Assert.Contains("memoryLimit 512MiB does not fit into processLimit 256MiB: ", refused.Message, StringComparison.Ordinal);
    }
}
