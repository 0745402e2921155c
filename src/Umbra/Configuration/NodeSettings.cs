using System.Net;
using Microsoft.Extensions.Logging;
using Umbra.Core.Memory;
using Umbra.Memory;
using Umbra.Sessions;

namespace Umbra.Configuration;

/// <summary>How a node runs. Immutable and valid; <see cref="SettingCatalog"/> has each setting's key, range and meaning.</summary>
internal sealed record NodeSettings
{
    public required string StateDirectory { get; init; }

    public required string RuntimeDirectory { get; init; }

    /// <summary>Null is <c>api.sock</c> in the runtime directory; use <see cref="ApiSocketPath"/>.</summary>
    public string? ApiSocket { get; init; }

    public string ApiSocketPath => ApiSocket ?? Path.Combine(RuntimeDirectory, "api.sock");

    public IReadOnlyList<string> LinkListen { get; init; } = [];

    public ShadowCeiling Shadowing { get; init; } = ShadowCeiling.View;

    /// <summary>By default 64, fewer where the process limit is small; so are those below.</summary>
    public int MaxSessions
    {
        get => field > 0 ? field : MemoryPlan.DefaultSessions(this);
        init;
    }

    /// <summary>Links to other nodes that are open at once, each a session of another node.</summary>
    public int MaxLinks
    {
        get => field > 0 ? field : MemoryPlan.DefaultSessions(this);
        init;
    }

    /// <summary>Connections at once: viewers, links and the API.</summary>
    public int MaxConnections
    {
        get => field > 0 ? field : MemoryPlan.DefaultConnections(this);
        init;
    }

    public int MaxShadowsPerSession { get; init; } = 32;

    /// <summary>Most bytes the whole process may use; null: nobody has said.</summary>
    public long? ProcessLimit { get; init; }

    /// <summary>Bytes of data memory.</summary>
    public long MemoryLimit
    {
        get => field > 0 ? field : MemoryPlan.DefaultMemoryLimit(this);
        init;
    }

    /// <summary>What follows from these settings for the memory of the whole process.</summary>
    public MemoryPlan Plan => MemoryPlan.Of(this);

    /// <summary>What of it is for sessions and their owners, whatever shadowers and links hold.</summary>
    public long MemoryReserve => MemoryLimit / Session.ReservedPart;

    /// <summary>Bytes; a tag that is not here has no limit of its own.</summary>
    public IReadOnlyDictionary<BufferTag, long> TagLimits { get; init; } = new Dictionary<BufferTag, long>();

    public LeakAction LeakAction { get; init; } = LeakAction.Warn;

    /// <summary>Tags whose blocks are watched from the start; empty is all, null none.</summary>
    public IReadOnlySet<BufferTag>? Verify { get; init; }

    /// <summary>One rent in so many has its stack recorded.</summary>
    public int VerifyStacks { get; init; } = 1;

    /// <summary>Updates per second to one viewer, at most.</summary>
    public int UpdateRate { get; init; } = 60;

    /// <summary>Where viewers of shadows and owners connect unless told otherwise; port 0 picks one.</summary>
    public IPEndPoint RfbListen { get; init; } = new(IPAddress.Loopback, 0);

    public TimeSpan TicketLifetime { get; init; } = TimeSpan.FromMinutes(2);

    public string Xvnc { get; init; } = "Xvnc";

    /// <summary>Null is the script that comes with the program.</summary>
    public string? DesktopSession { get; init; }

    /// <summary>Where viewers in browsers connect, of this machine; null is nowhere.</summary>
    public IPEndPoint? WebListen { get; init; }

    /// <summary>Of pages that may connect there, beside those of the address itself.</summary>
    public IReadOnlyList<string> WebOrigins { get; init; } = [];

    /// <summary>With files that take the place of drivers; null: there is none.</summary>
    public string? DriverFolder { get; init; }

    /// <summary>Where a hub for IPX is; null: there is none.</summary>
    public IPEndPoint? IpxHub { get; init; }

    /// <summary>Where Prometheus may fetch metrics; null is nowhere.</summary>
    public IPEndPoint? MetricsListen { get; init; }

    /// <summary>Where metrics are sent: over gRPC, or by HTTP where it has a path; null is nowhere.</summary>
    public Uri? OtlpEndpoint { get; init; }

    public LogLevel LogLevel { get; init; } = LogLevel.Warning;

    public LogFormat LogFormat { get; init; } = LogFormat.Text;
}
