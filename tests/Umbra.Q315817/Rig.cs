using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Umbra.Api;
using Umbra.Configuration;
using Umbra.Core.Memory;
using Umbra.Memory;
using Umbra.Testing;
using Umbra.Transports;
using Umbra.Transports.Pipes;
using Umbra.Transports.Tcp;

namespace Umbra.Q315817;

/// <summary>
/// The article's scene: a session on server-b with intensive graphics, its owner at his desk, and a shadow of it from server-a over one link, whose driver on server-a
/// has the defect asked for. All in this process; viewers read what they get and draw nothing.
/// </summary>
internal sealed class Rig : IAsyncDisposable
{
    private const string Session = "alice";

    /// <summary>Tight without JPEG and hardly compressed: what makes the most bytes.</summary>
    private static readonly int[] Lossless = [7, -223, -224, -256];

    /// <summary>Tight with JPEG, as an owner's viewer asks.</summary>
    private static readonly int[] Video = [7, -26, -223, -224];

    private readonly CancellationTokenSource _ending = new();
    private readonly List<Task> _viewing = [];
    private RfbTestClient? _owner;
    private long _shadowed;

    private Rig(RigOptions options, RigNode near, RigNode target)
    {
        Options = options;
        Near = near;
        Target = target;
    }

    public RigOptions Options { get; }

    public RigNode Near { get; }

    public RigNode Target { get; }

    /// <summary>Bytes the shadow's viewers have read.</summary>
    public long ShadowedBytes => Volatile.Read(ref _shadowed);

    /// <summary>Updates the owner has read.</summary>
    public int OwnerUpdates => _owner?.Updates ?? 0;

    /// <summary>Whether the near node has been told that growth looks like a leak.</summary>
    public IReadOnlyCollection<PoolSuspicion> Suspicions => Near.Services.GetRequiredService<MemoryGuard>().Suspicions;

    public static async Task<Rig> StartAsync(RigOptions options, CancellationToken cancellationToken)
    {
        RigNode target = await RigNode.StartAsync(
            "server-b", options.Transport == "tcp" ? "tcp://127.0.0.1:" + FreePort() : "pipe", settings => settings with { Shadowing = ShadowCeiling.View }, _ => { }, cancellationToken);
        RigNode near = await RigNode.StartAsync(
            "server-a", "pipe", settings => settings with { MemoryLimit = options.NearLimit, LeakAction = LeakAction.Recycle }, builder => Prepare(builder, options), cancellationToken);
        Rig rig = new(options, near, target);
        try
        {
            await rig.OpenAsync(cancellationToken);
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>Both nodes' pools, one line for each tag that was ever used.</summary>
    public IReadOnlyList<TagUsage> ReadTags() => [.. Near.Pool.ReadTags().Concat(Target.Pool.ReadTags()).Where(tag => tag.Allocs > 0)];

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

    private static void Prepare(WebApplicationBuilder builder, RigOptions options)
    {
        IServiceCollection services = builder.Services;
        BufferPool pool = (BufferPool)services.Single(s => s.ServiceType == typeof(BufferPool)).ImplementationInstance!;
        if (options.VerifyEvery > 0)
        {
            pool.Verifier = new PoolVerifier(TimeProvider.System.GetUtcNow, _ => { }) { Tags = new HashSet<BufferTag> { BufferTag.Mdl }, StackEvery = options.VerifyEvery };
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
            // The guard stays where others ask it for its level, and never runs.
            services.Remove(services.Single(s => s.ImplementationFactory?.Method.ReturnType == typeof(MemoryGuard)));
        }
    }

    private static int FreePort()
    {
        using System.Net.Sockets.TcpListener listener = new(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        InviteInfo invite = await Target.Operations.InviteNodeAsync(new InviteRequest(), cancellationToken);
        await Near.Operations.JoinNodeAsync(new JoinRequest(invite.Token, invite.Addresses[0], Force: false), cancellationToken);
        SizeInfo size = SizeInfo.From(Options.Size);
        await Target.Operations.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, Session, size, Pattern: PatternKind.Video), cancellationToken);
        TicketInfo desk = await Target.Operations.IssueTicketAsync(Session, new TicketRequest(), cancellationToken);
        _owner = await RfbTestClient.ConnectAsync(RfbTestOptions.For(desk.SocketPath!) with { Encodings = Video, Decodes = false }, cancellationToken);
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
