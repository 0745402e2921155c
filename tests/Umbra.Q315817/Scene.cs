using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Umbra.Api;
using Umbra.Configuration;
using Umbra.Core.Memory;
using Umbra.Memory;
using Umbra.Testing;
using Umbra.Transports;
using Umbra.Transports.Drivers;
using Umbra.Transports.Pipes;
using Umbra.Transports.Tcp;

namespace Umbra.Q315817;

/// <summary>
/// The article's scene: a session on server-b with intensive graphics, its owner at his desk, and a shadow of it from server-a over one link, whose driver on server-a
/// has the defect asked for. All in this process; viewers read what they get and draw nothing.
/// </summary>
internal sealed class Scene : IAsyncDisposable
{
    public const string Session = "alice";

    /// <summary>Tight without JPEG and hardly compressed: what makes the most bytes.</summary>
    private static readonly int[] Lossless = [7, -223, -224, -256];

    /// <summary>Tight with JPEG, as an owner's viewer asks.</summary>
    private static readonly int[] Video = [7, -26, -223, -224];

    private readonly CancellationTokenSource _ending = new();
    private readonly List<Task> _viewing = [];
    private RfbTestClient? _owner;
    private long _shadowed;

    private Scene(SceneOptions options, SceneNode near, SceneNode target)
    {
        Options = options;
        Near = near;
        Target = target;
    }

    public SceneOptions Options { get; }

    public SceneNode Near { get; }

    public SceneNode Target { get; }

    /// <summary>Bytes the shadow's viewers have read.</summary>
    public long ShadowedBytes => Volatile.Read(ref _shadowed);

    /// <summary>Updates the owner has read.</summary>
    public int OwnerUpdates => _owner?.Updates ?? 0;

    /// <summary>Whether the near node has been told that growth looks like a leak.</summary>
    public IReadOnlyCollection<PoolSuspicion> Suspicions => Near.Services.GetRequiredService<MemoryCondition>().Suspicions;

    /// <summary>What the near node's verifier found.</summary>
    public required ConcurrentQueue<PoolFault> Faults { get; init; }

    public static async Task<Scene> StartAsync(SceneOptions options, CancellationToken cancellationToken)
    {
        ConcurrentQueue<PoolFault> faults = new();
        SceneNode target = await SceneNode.StartAsync(
            "server-b", options.Transport == "tcp" ? "tcp://127.0.0.1:" + FreePort.Find() : "pipe", settings => settings with { Shadowing = ShadowCeiling.View }, _ => { }, cancellationToken);
        SceneNode near = await SceneNode.StartAsync(
            "server-a", "pipe", settings => settings with { MemoryLimit = options.NearLimit, LeakAction = LeakAction.Recycle }, builder => Prepare(builder, options, faults), cancellationToken);
        Scene scene = new(options, near, target) { Faults = faults };
        try
        {
            await scene.OpenAsync(cancellationToken);
            return scene;
        }
        catch
        {
            await scene.DisposeAsync();
            throw;
        }
    }

    /// <summary>Both nodes' pools, one line for each tag that was ever used.</summary>
    public IReadOnlyList<TagUsage> ReadTags() => [.. Near.Pool.ReadTags().Concat(Target.Pool.ReadTags()).Where(tag => tag.Allocs > 0)];

    /// <summary>Where the session's owner connects.</summary>
    public async Task<RfbTestOptions> DeskAsync(CancellationToken cancellationToken) =>
        RfbTestOptions.For((await Target.Operations.IssueTicketAsync(Session, new TicketRequest(), cancellationToken)).SocketPath!);

    /// <summary>The target forgets the near node: the link is cut in the middle of whatever it does.</summary>
    public Task CutAsync() => Target.Operations.RemoveNodeAsync("server-a", CancellationToken.None);

    /// <summary>Everybody leaves and the session ends; the nodes go on.</summary>
    public async Task CloseAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAll(_viewing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (ShadowInfo shadow in await Near.Operations.ListShadowsAsync(CancellationToken.None))
        {
            await Near.Operations.StopShadowAsync(shadow.Id, CancellationToken.None);
        }

        if ((await Target.Operations.ListSessionsAsync(CancellationToken.None)).Count > 0)
        {
            await Target.Operations.KillSessionAsync(Session, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await (_owner?.DisposeAsync() ?? ValueTask.CompletedTask);
        await Near.DisposeAsync();
        await Target.DisposeAsync();
        _ending.Dispose();
    }

    private static void Prepare(WebApplicationBuilder builder, SceneOptions options, ConcurrentQueue<PoolFault> faults)
    {
        IServiceCollection services = builder.Services;
        BufferPool pool = (BufferPool)services.Single(s => s.ServiceType == typeof(BufferPool)).ImplementationInstance!;
        if (options.VerifyEvery > 0)
        {
            pool.Verifier = new PoolVerifier(TimeProvider.System.GetUtcNow, faults.Enqueue) { Tags = new HashSet<BufferTag> { BufferTag.Mdl }, StackEvery = options.VerifyEvery };
        }

        if (options.Fault != DriverFault.None)
        {
            TransportOptions transports = new();
            ITransportConnector real = options.Transport == "tcp" ? new TcpConnector(transports) : new PipeConnector(transports);
            FaultyDriver faulty = new(pool, real, options.Fault);
            services.Replace(ServiceDescriptor.Singleton<IDriverMemory>(faulty));
            services.Insert(0, ServiceDescriptor.Singleton<ITransportConnector>(faulty));
        }

        if (!options.IsProtected)
        {
            services.Remove(services.Single(s => s.ImplementationType == typeof(MemoryGuard)));
        }
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        InviteInfo invite = await Target.Operations.InviteNodeAsync(new InviteRequest(), cancellationToken);
        await Near.Operations.JoinNodeAsync(new JoinRequest(invite.Token, invite.Addresses[0], Force: false), cancellationToken);
        SizeInfo size = SizeInfo.From(Options.Size);
        await Target.Operations.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, Session, size, Pattern: PatternKind.Video), cancellationToken);
        _owner = await RfbTestClient.ConnectAsync(await DeskAsync(cancellationToken) with { Encodings = Video, Decodes = false }, cancellationToken);
        _viewing.Add(_owner.WatchAsync(null, _ending.Token));
        ShadowInfo shadow = await Near.Operations.StartShadowAsync(new StartShadowRequest($"{Session}@server-b", NoPassword: true), cancellationToken);
        _viewing.Add(ShadowAsync(RfbTestOptions.For(shadow.Listen) with { Encodings = Lossless, Decodes = false }));
    }

    /// <summary>A viewer that comes back when it is cut off, as long as there is somebody to come back to.</summary>
    private async Task ShadowAsync(RfbTestOptions options)
    {
        while (!_ending.IsCancellationRequested)
        {
            long before = 0;
            try
            {
                await using RfbTestClient viewer = await RfbTestClient.ConnectAsync(options, _ending.Token);
                await viewer.WatchAsync(
                    client =>
                    {
                        Interlocked.Add(ref _shadowed, client.BytesRead - before);
                        before = client.BytesRead;
                    },
                    _ending.Token);
            }
            catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException or EndOfStreamException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), _ending.Token);
            }
        }
    }
}
