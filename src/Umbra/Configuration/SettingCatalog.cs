using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Umbra.Api;
using Umbra.Core.Memory;
using Umbra.Memory;
using Umbra.Transports;
using Umbra.Transports.Pipes;

namespace Umbra.Configuration;

/// <summary>Every setting of a node. File keys, variables, options, their checks and docs/configuration.md all come from this one
/// list.</summary>
internal static class SettingCatalog
{
    private const string AbsolutePath = "an absolute path";
    private const string VerifiedPool = "pool";
    private static readonly NodeSettings Defaults = new() { StateDirectory = "", RuntimeDirectory = "" };

    public static IReadOnlyList<Setting> All { get; } =
    [
        One("stateDirectory", "Keys, certificates, known nodes and desktops' own files; made with mode 0700", AbsolutePath,
            "/var/lib/umbra as root; else $XDG_STATE_HOME/umbra or ~/.local/state/umbra",
            (s, text) => s with { StateDirectory = ParsePath(text) }),
        One("runtimeDirectory", "Sockets; made with mode 0700", AbsolutePath,
            "/run/umbra as root; else $XDG_RUNTIME_DIR/umbra, or run in the state directory",
            (s, text) => s with { RuntimeDirectory = ParsePath(text) }),
        One("apiSocket", "The API's Unix socket, mode 0600", $"{AbsolutePath} of at most {PipeListenSocket.MaxPathBytes} bytes",
            "api.sock in the runtime directory",
            (s, text) => s with { ApiSocket = ParsePath(text) }),
        new Setting("linkListen", "Where other nodes reach this one", "addresses of any driver, as in tcp://0.0.0.0:4711 or pipe:///run/umbra/link.sock; docs/transports.md has all",
            "none: this node only calls others", true,
            (s, items) => s with { LinkListen = [.. items.Select(ParseLink)] }, TransportAddress.WhyNotListen),
        One("ipxHub", "Where programs and nodes join a hub for IPX as DOSBox's IPXNET is, over UDP; whoever reaches it may", "IP:PORT of IPv4, or PORT for that of 127.0.0.1",
            "none: there is no hub",
            (s, text) => s with { IpxHub = ParseFour(text) }),
        One("driverFolder", "Files such as Tdtcp.dll that take the place of drivers, read when one is started; on Linux they and all folders above must be this user's or root's, and theirs alone to write", AbsolutePath,
            "none: all drivers are those of the build",
            (s, text) => s with { DriverFolder = ParsePath(text) }),
        One("shadowing", "The most this node allows a shadower, whoever asks", "off, view or control (or the RDS policy numbers 0 to 4)",
            Name(Defaults.Shadowing),
            (s, text) => s with { Shadowing = ParseCeiling(text) }),
        One("maxSessions", "Sessions at once, at most", "1 to 10000", $"{Number(Defaults.MaxSessions)}; fewer where processLimit is below 4GiB",
            (s, text) => s with { MaxSessions = ParseNumber(text, 1, 10_000) }),
        One("maxShadowsPerSession", "Shadows on one session at once, at most", "1 to 1000", Number(Defaults.MaxShadowsPerSession),
            (s, text) => s with { MaxShadowsPerSession = ParseNumber(text, 1, 1000) }),
        One("maxLinks", "Links to sessions of other nodes at once, at most", "1 to 10000", $"{Number(Defaults.MaxLinks)}; fewer where processLimit is below 4GiB",
            (s, text) => s with { MaxLinks = ParseNumber(text, 1, 10_000) }),
        One("maxConnections", "Connections at once, at most: viewers, links and the API; a quarter of them for sessions' owners and the API alone", "16 to 100000",
            $"{Number(Defaults.MaxConnections)}; fewer where processLimit is below 1GiB",
            (s, text) => s with { MaxConnections = ParseNumber(text, 16, 100_000) }),
        One("processLimit", "The most the whole process may use; `umbra pool --promise` shows what for", "64MiB to 16TiB", "the container's limit, else the machine's memory",
            (s, text) => s with { ProcessLimit = ParseBytes(text, 64L << 20, 1L << 44) }),
        One("memoryLimit", "Data memory of the whole node, a quarter of it for sessions and their owners alone; whose next buffer does not fit is disconnected", "64MiB to 1TiB",
            $"{ByteSize.Format(Defaults.MemoryLimit)}, or what fits into processLimit",
            (s, text) => s with { MemoryLimit = ParseBytes(text, MemoryPlan.LeastMemoryLimit, 1L << 40) }),
        new Setting("tagLimits", "Data memory that may be out under single tags, beside the other limits", $"TAG=BYTES, such as Mdl=64MiB; tags: {string.Join(", ", PoolTags.Names)}",
            "no limits of their own", true,
            (s, items) => s with { TagLimits = items.ToDictionary(item => ParseTagLimit(item)!.Value.Tag, item => ParseTagLimit(item)!.Value.Bytes) },
            text => ParseTagLimit(text) is null ? $"'{text}' is no limit of a tag: write TAG=BYTES with a tag of {string.Join(", ", PoolTags.Names)}" : null),
        One("leakAction", "What is done about a link whose memory grows as a leak does", "warn, or recycle: it is cut, all it held taken back, and it connects again",
            Name(Defaults.LeakAction),
            (s, text) => s with { LeakAction = ParseEnum<LeakAction>(text) }),
        new Setting("verify", "Watches the memory pool from the start and names who misuses it; for looking for a fault, as it takes time and memory",
            $"pool, or pool and tags to watch no others: {string.Join(", ", PoolTags.Names)}", "nothing is watched", true,
            (s, items) => s with { Verify = ParseVerify(items) }, WhyNotVerify),
        One("verifyStacks", "While the pool is watched, one rent in so many has its stack recorded", $"1 to {VerifierRequest.MostStacks}", Number(Defaults.VerifyStacks),
            (s, text) => s with { VerifyStacks = ParseNumber(text, 1, VerifierRequest.MostStacks) }),
        One("updateRate", "Updates per second to one viewer, at most", "1 to 120", Number(Defaults.UpdateRate),
            (s, text) => s with { UpdateRate = ParseNumber(text, 1, 120) }),
        One("rfbListen", "Where VNC viewers connect unless a command says otherwise", "IP:PORT; port 0 picks a free one",
            Defaults.RfbListen.ToString(),
            (s, text) => s with { RfbListen = ParseEndPoint(text) }),
        One("ticketLifetime", "How long a one-time password is good for", "5s to 1h", Duration.Format(Defaults.TicketLifetime),
            (s, text) => s with { TicketLifetime = ParseDuration(text, TimeSpan.FromSeconds(5), TimeSpan.FromHours(1)) }),
        One("xvnc", "TigerVNC's X server, for hosted desktops", "a program's name or path", Defaults.Xvnc,
            (s, text) => s with { Xvnc = text }),
        One("desktopSession", "Script that runs inside a hosted desktop", AbsolutePath, "the one that comes with umbra",
            (s, text) => s with { DesktopSession = ParsePath(text) }),
        One("webListen", "Where viewers in browsers connect, over WebSockets; other machines reach it through a web server here that does TLS", "a loopback IP:PORT, or PORT for that of 127.0.0.1",
            "none: no port is opened",
            (s, text) => s with { WebListen = ParseLoopback(text) }),
        new Setting("webOrigins", "Whose pages may let a browser connect to webListen, beside its own", "http(s)://HOST[:PORT], each", "nobody's", true,
            (s, items) => s with { WebOrigins = [.. items.Select(ParseOrigin)] }),
        One("metricsListen", "Where Prometheus fetches this node's metrics, at /metrics; whoever reaches it may read them", "IP:PORT, or PORT for that of 127.0.0.1",
            "none: no port is opened",
            (s, text) => s with { MetricsListen = ParsePort(text) ?? ParseEndPoint(text) }),
        One("otlpEndpoint", "Where this node sends its metrics, once a minute", "http(s)://HOST:PORT for OTLP over gRPC, or with a path (/v1/metrics) over HTTP",
            "none: nothing is sent",
            (s, text) => s with { OtlpEndpoint = ParseCollector(text) }),
        One("logLevel", "What is logged", "trace, debug, information, warning, error or none", Name(Defaults.LogLevel),
            (s, text) => s with { LogLevel = ParseLevel(text) }),
        One("logFormat", "How it is logged, on standard error", "text or json", Name(Defaults.LogFormat),
            (s, text) => s with { LogFormat = ParseEnum<LogFormat>(text) }),
    ];

    public static Setting? Find(string key) => All.FirstOrDefault(setting => setting.Key == key);

    /// <summary>What only the whole can show to be wrong.</summary>
    public static string? CheckWhole(NodeSettings settings) =>
        System.Text.Encoding.UTF8.GetByteCount(settings.ApiSocketPath) > PipeListenSocket.MaxPathBytes
            ? $"apiSocket {settings.ApiSocketPath} is longer than the {PipeListenSocket.MaxPathBytes} bytes a Unix socket's path may have; "
                + "set apiSocket or runtimeDirectory to a shorter path"
            : null;

    private static Setting One(string key, string summary, string allowed, string @default, Func<NodeSettings, string,
        NodeSettings> apply) =>
        new(key, summary, allowed, @default, false, (settings, items) => apply(settings, items[0]));

    private static string Name<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>As people write it for one option: <c>pool,TdPi,Mdl</c>.</summary>
    private static IEnumerable<string> SplitVerify(string text) => text.Split(',', StringSplitOptions.TrimEntries);

    private static HashSet<BufferTag> ParseVerify(IReadOnlyList<string> items) =>
    [
        .. items.SelectMany(SplitVerify).Where(item => item != VerifiedPool)
            .Select(item => PoolTags.TryParse(item, out BufferTag tag) ? tag : throw new FormatException()),
    ];

    private static (BufferTag Tag, long Bytes)? ParseTagLimit(string text) =>
        text.Split('=', 2) is [var name, var bytes] && PoolTags.TryParse(name, out BufferTag tag) && ByteSize.TryParse(bytes, out long value) && value > 0 ? (tag, value) : null;

    private static string? WhyNotVerify(string text) =>
        SplitVerify(text).FirstOrDefault(item => item != VerifiedPool && !PoolTags.TryParse(item, out _)) is { } wrong ? PoolTags.WhyNot(wrong) : null;

    private static string ParsePath(string text) =>
        Path.IsPathFullyQualified(text) && !text.Contains('\0', StringComparison.Ordinal) ? Path.GetFullPath(text)
            : throw new FormatException();

    /// <summary>In the one spelling of it: scheme and host in lower case.</summary>
    private static string ParseLink(string text) =>
        TransportAddress.WhyNotListen(text) is { } wrong ? throw new FormatException(wrong) : TransportAddress.Parse(text).ToString();

    /// <summary>The numbers are those of the RDS shadowing policy: 1 and 2 control, 3 and 4 view.</summary>
    private static ShadowCeiling ParseCeiling(string text) => text switch
    {
        "0" => ShadowCeiling.Off,
        "1" or "2" => ShadowCeiling.Control,
        "3" or "4" => ShadowCeiling.View,
        _ => ParseEnum<ShadowCeiling>(text),
    };

    private static LogLevel ParseLevel(string text)
    {
        LogLevel level = ParseEnum<LogLevel>(text);
        return level == LogLevel.Critical ? throw new FormatException() : level;
    }

    private static T ParseEnum<T>(string text) where T : struct, Enum =>
        text.All(char.IsAsciiLetter) && Enum.TryParse(text, ignoreCase: true, out T value) ? value : throw new FormatException();

    private static int ParseNumber(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most ? value
            : throw new FormatException();

    private static long ParseBytes(string text, long least, long most) =>
        ByteSize.TryParse(text, out long value) && value >= least && value <= most ? value : throw new FormatException();

    private static TimeSpan ParseDuration(string text, TimeSpan least, TimeSpan most) =>
        Duration.TryParse(text, out TimeSpan value) && value >= least && value <= most ? value : throw new FormatException();

    private static IPEndPoint? ParsePort(string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) ? new IPEndPoint(IPAddress.Loopback, port) : null;

    private static IPEndPoint ParseFour(string text) =>
        (ParsePort(text) ?? ParseEndPoint(text)) is { AddressFamily: AddressFamily.InterNetwork } value ? value : throw new FormatException();

    private static Uri ParseCollector(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? value) && value is { Scheme: "http" or "https", UserInfo: "", Fragment: "" } ? value
            : throw new FormatException();

    private static IPEndPoint ParseLoopback(string text) =>
        (ParsePort(text) ?? ParseEndPoint(text)) is var value && IPAddress.IsLoopback(value.Address) ? value : throw new FormatException();

    /// <summary>As browsers write it (RFC 6454, 6.2): no path, no default port.</summary>
    private static string ParseOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? value) && value is { Scheme: "http" or "https", UserInfo: "" } && value.GetLeftPart(UriPartial.Authority) is var origin
            && text.TrimEnd('/').Equals(origin, StringComparison.OrdinalIgnoreCase) ? origin : throw new FormatException();

    private static IPEndPoint ParseEndPoint(string text) =>
        text.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(text, out IPEndPoint? value) ? value
            : throw new FormatException();
}
