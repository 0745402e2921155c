using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Umbra.Api;
using Umbra.Core.Memory;
using Umbra.Memory;
using Umbra.Testing;
using Umbra.Tests.Node;

namespace Umbra.Tests.Memory;

/// <summary>What a whole node does when its memory is short, which a test makes it by holding most of it itself.</summary>
public sealed class MemoryGuardTests
{
    private const long Limit = 128L << 20;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Critical_ShadowerGoes_OwnerStays_NobodyNewUntilItIsOver()
    {
        await using LiveNode node = await LiveNode.StartAsync("server-b", settings => settings with { MemoryLimit = Limit });
        await node.Operations.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, "pat"), Ct);
        ShadowInfo shadow = await node.Operations.StartShadowAsync(new StartShadowRequest("pat", NoPassword: true), Ct);
        TicketInfo owner = await node.Operations.IssueTicketAsync("pat", new TicketRequest(), Ct);
        await using RfbTestClient desk = await RfbTestClient.ConnectAsync(RfbTestOptions.For(owner.Address) with { Password = owner.Password }, Ct);
        await using RfbTestClient shadower = await RfbTestClient.ConnectAsync(RfbTestOptions.For(shadow.Listen), Ct);
        Task<Exception> shadowing = UntilEndAsync(shadower);

        using (Hold(node, 0.97))
        {
            await shadowing;
            NodeOperationException refused = await Assert.ThrowsAsync<NodeOperationException>(
                () => node.Operations.StartShadowAsync(new StartShadowRequest("pat", NoPassword: true), Ct));
            Assert.Equal(ErrorCode.LimitReached, refused.Code);
            Assert.Contains("short of memory", refused.Message, StringComparison.Ordinal);
            await AssertServedAsync(desk);
        }

        await UntilAsync(() => node.Services.GetRequiredService<MemoryCondition>().Level == PressureLevel.None);
        await node.Operations.StartShadowAsync(new StartShadowRequest("pat", NoPassword: true), Ct);
        await using RfbTestClient again = await RfbTestClient.ConnectAsync(RfbTestOptions.For(shadow.Listen), Ct);
        await AssertServedAsync(again);
        await AssertServedAsync(desk);
    }

    [Fact]
    public async Task Critical_OnTheTarget_LinkGoesWithAReasonAndComesBackByItself()
    {
        await using LiveNode near = await LiveNode.StartAsync("server-a");
        await using LiveNode target = await LiveNode.StartAsync("server-b", settings => settings with { MemoryLimit = Limit });
        await near.JoinAsync(target, cancellationToken: Ct);
        await target.Operations.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, "pat"), Ct);
        ShadowInfo shadow = await near.Operations.StartShadowAsync(new StartShadowRequest("pat@server-b", NoPassword: true), Ct);
        await using RfbTestClient viewer = await RfbTestClient.ConnectAsync(RfbTestOptions.For(shadow.Listen), Ct);
        await AssertServedAsync(viewer);

        using (Hold(target, 0.97))
        {
            await UntilAsync(async () => (await NoticeAsync(near))?.Contains("short of memory", StringComparison.Ordinal) == true);
        }

        await UntilAsync(async () => await NoticeAsync(near) is null);
        await AssertServedAsync(viewer);
    }

    [Fact]
    public async Task Critical_OnTheNearNode_ViewersGoFirstAndThenTheLink()
    {
        await using LiveNode near = await LiveNode.StartAsync("server-a", settings => settings with { MemoryLimit = Limit });
        await using LiveNode target = await LiveNode.StartAsync("server-b");
        await near.JoinAsync(target, cancellationToken: Ct);
        await target.Operations.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, "pat"), Ct);
        ShadowInfo shadow = await near.Operations.StartShadowAsync(new StartShadowRequest("pat@server-b", NoPassword: true), Ct);
        await using RfbTestClient viewer = await RfbTestClient.ConnectAsync(RfbTestOptions.For(shadow.Listen), Ct);
        await AssertServedAsync(viewer);

        using (Hold(near, 0.97))
        {
            await UntilEndAsync(viewer);
            await UntilAsync(async () => (await near.Operations.ListShadowsAsync(Ct)).Count == 0);
        }

        await UntilAsync(async () => (await target.Operations.ListShadowsAsync(Ct)).Count == 0);
    }

    private static async Task<string?> NoticeAsync(LiveNode node) => (await node.Operations.ListShadowsAsync(Ct)).Single().Notice;

    /// <summary>So much of what is not reserved is held by the test from now on.</summary>
    private static Holder Hold(LiveNode node, double part)
    {
        BufferPool pool = node.Services.GetRequiredService<BufferPool>();
        Holder holder = new(pool.Root.Open("test"));
        while (pool.Root.Bytes < part * (pool.Root.Limit - pool.Root.Reserve))
        {
            holder.Leases.Add(pool.Rent(256 * 1024, BufferTag.Test, holder.Account));
        }

        return holder;
    }

    private static async Task AssertServedAsync(RfbTestClient viewer)
    {
        await viewer.RequestAsync(isIncremental: false, Ct);
        while (await viewer.ReadMessageAsync(Ct) != ServerMessage.FramebufferUpdate)
        {
        }
    }

    /// <summary>Looks on as a viewer does until it is closed.</summary>
    private static async Task<Exception> UntilEndAsync(RfbTestClient viewer)
    {
        while (true)
        {
            try
            {
                await AssertServedAsync(viewer);
            }
            catch (Exception exception) when (exception is IOException or SocketException)
            {
                return exception;
            }
        }
    }

    private static Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        while (!await condition())
        {
            await Task.Delay(50, Ct);
        }
    }

    private sealed class Holder(Account account) : IDisposable
    {
        public Account Account => account;

        public List<Lease> Leases { get; } = [];

        public void Dispose()
        {
            Leases.ForEach(lease => lease.Dispose());
            account.Dispose();
        }
    }
}
