using System.Diagnostics.Metrics;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Umbra.Api;
using Umbra.Configuration;
using Umbra.Core.Memory;
using Umbra.Memory;
using Umbra.Sessions;
using Umbra.Sessions.Shadowing;
using Umbra.Telemetry;
using Umbra.Transports;
using Umbra.Transports.Drivers;
using Umbra.Transports.Listening;

namespace Umbra.Node;

/// <summary>
/// A running node: its sessions, the shadows into them and from here, its links and its identity. Each part of the API is in a file of its own.
/// </summary>
internal sealed partial class NodeEngine : INodeOperations, IAsyncDisposable
{
    private readonly NodeSettings _settings;
    private readonly BufferPool _pool;
    private readonly MemoryCondition _condition;
    private readonly NodeVerifier _verifier;
    private readonly NodeIdentityHolder _identity;
    private readonly TransportListeners _listeners;
    private readonly TransportConnectors _connectors;
    private readonly DriverHosts _drivers;
    private readonly IDriverMemory _driverMemory;
    private readonly TransportOptions _transport;
    private readonly ConnectionGate _gate;
    private readonly ConnectionGate _encrypted;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly SessionDirectory _sessions;
    private readonly Grants _grants;
    private readonly Links _links;
    private readonly Shadows _shadows;
    private readonly SessionBook _book;
    private readonly ShadowMeter _shadowMeter;
    private readonly CancellationTokenSource _stopping = new();
    private readonly WorkLane _shadowerLane;
    private readonly SpareCore _spareCore;
    private int _isStopped;

    public NodeEngine(
        NodeSettings settings, BufferPool pool, MemoryCondition condition, NodeVerifier verifier, SessionDirectory sessions, NodeIdentityHolder identity, TransportListeners listeners,
        TransportConnectors connectors, DriverHosts drivers, IDriverMemory driverMemory, TransportOptions transport, ConnectionGate gate, IMeterFactory meters,
        TimeProvider time, ILoggerFactory loggers)
    {
        _settings = settings;
        _pool = pool;
        _condition = condition;
        _verifier = verifier;
        _sessions = sessions;
        _identity = identity;
        _listeners = listeners;
        _connectors = connectors;
        _drivers = drivers;
        _driverMemory = driverMemory;
        _transport = transport;
        _gate = gate;
        _encrypted = new ConnectionGate(new ConnectionLimits(settings.Plan.EncryptedViewers, int.MaxValue), time);
        _time = time;
        _loggers = loggers;
        _logger = loggers.CreateLogger("Umbra.Node");
        if (identity.State is { } state)
        {
            state.Peers.Lost += CutLinks;
        }

        _shadowerLane = new WorkLane("shadowers", settings.Plan.LaneThreads);
        _spareCore = new SpareCore(time);
        _book = new SessionBook(settings.StateDirectory);
        ShadowPolicy policy = new(ToAccess(settings.Shadowing), settings.MaxShadowsPerSession);
        _grants = new Grants(Name, policy, time, loggers.CreateLogger<Grants>());
        _links = new Links(Name, _sessions, ConnectorTo, NewLinkedSession, time, loggers.CreateLogger<LinkSource>());
        ShadowsOptions options = new() { TicketLifetime = settings.TicketLifetime, Certificate = Certificate, Encrypted = _encrypted };
        Shedding = new Shedding(_sessions, loggers.CreateLogger<Shedding>());
        _shadows = new Shadows(_sessions, _grants, _links, ListenAsync, options, time);
        _ = new PoolMeter(meters, pool, condition);
        _shadowMeter = new ShadowMeter(meters, _sessions, _shadows, _grants, () => (_incomingLinks, _links.All.Count(link => link.Source.IsOpened)));
    }

    /// <summary>The node's name; the machine's where it has no identity yet.</summary>
    public string Name => _identity.State?.Identity.Name ?? Environment.MachineName;

    /// <summary>Somebody looks at a session.</summary>
    public bool IsWatched => _sessions.All.Any(session => session.Viewers.Count > 0);

    /// <summary>Who goes when memory is short.</summary>
    public Shedding Shedding { get; }

    /// <summary>The present one, which joining another node replaces.</summary>
    private Func<X509Certificate2>? Certificate => _identity.State is { } state ? () => state.Identity.Certificate : null;

    public Task<VersionInfo> GetVersionAsync(CancellationToken cancellationToken) => Task.FromResult(VersionInfo.Current(_identity.State?.Identity.Name));

    public Task<PoolInfo> GetPoolAsync(CancellationToken cancellationToken) => Task.FromResult(PoolInfo.From(_pool, _condition));

    public Task<PromiseInfo> GetPromiseAsync(CancellationToken cancellationToken) => Task.FromResult(PromiseInfo.From(_settings.Plan, _pool));

    public Task<VerifierInfo> GetVerifierAsync(CancellationToken cancellationToken) => Task.FromResult(_verifier.Read());

    public Task<VerifierInfo> StartVerifierAsync(VerifierRequest request, CancellationToken cancellationToken)
    {
        _verifier.TurnOn(request.ParseTags(), request.Stacks);
        return GetVerifierAsync(cancellationToken);
    }

    public Task StopVerifierAsync(CancellationToken cancellationToken)
    {
        _verifier.TurnOff();
        return Task.CompletedTask;
    }

    /// <summary>
    /// Takes up the sessions of a run that was killed: desktops that are still there are adopted, the others are opened as they were asked for. A node that
    /// was stopped starts empty.
    /// </summary>
    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        foreach (StartSessionRequest request in _book.Read())
        {
            try
            {
                await OpenSessionAsync(request, cancellationToken);
                _logger.LogInformation("session {Session}: taken up again", request.Name);
            }
            catch (NodeOperationException exception)
            {
                // It stays in the book, and the others must not wait for it.
                _logger.LogError("session {Session}: cannot be taken up again: {Reason}", request.Name, exception.Message);
            }
        }
    }

    /// <summary>Nobody new may look in while there is a reason.</summary>
    public void CloseToShadowers(string? why) => _grants.ClosedFor = why;

    /// <summary>Gives up what all sessions can encode again.</summary>
    public void ForgetTiles()
    {
        foreach (Session session in _sessions.All)
        {
            session.Surface.ForgetTiles();
        }
    }

    /// <summary>Ends everything: shadows and links first, so that the owners are the last to notice.</summary>
    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _isStopped, 1) != 0)
        {
            return;
        }

        await _shadows.DisposeAsync();
        await _stopping.CancelAsync();
        foreach (string name in _desks.Keys)
        {
            await KillSessionAsync(name, CancellationToken.None);
        }

        await _sessions.DisposeAsync();
    }

    /// <summary>The container calls it once for each service type the engine is known by.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _starting.Dispose();
        _stopping.Dispose();
        _shadowerLane.Dispose();
    }

    private static AccessMode ToAccess(ShadowCeiling ceiling) => ceiling switch
    {
        ShadowCeiling.Off => AccessMode.Off,
        ShadowCeiling.View => AccessMode.View,
        _ => AccessMode.Control,
    };
}
