using Umbra.Configuration;
using Umbra.Sessions;

namespace Umbra.Memory;

/// <summary>
/// The most a node may ever hold, as a sum of parts of which each is bounded, and the defaults that make the sum fit into the process limit.
/// docs/memory.md says how each of the figures here was measured.
/// </summary>
internal sealed record MemoryPlan
{
    public const long LeastMemoryLimit = 64 * MiB;

    private const long KiB = 1024;
    private const long MiB = 1024 * KiB;
    private const long MostMemoryLimit = 1024 * MiB;
    private const long MostKept = 64 * MiB;

    /// <summary>Free blocks are worth so much of the memory they are for.</summary>
    private const int KeptPart = 10;

    private const int MostConnections = 1024;
    private const int LeastConnections = 256;
    private const int MostSessions = 64;
    private const int LeastSessions = 4;
    private const int MostThreads = 128;
    private const int LeastThreads = 16;

    /// <summary>What Linux grants is twice what is asked for: 256 KiB to send, 128 KiB to receive.</summary>
    private const long MostSocketBytes = 768 * KiB;

    private const long LeastSocketBytes = 40 * KiB;

    /// <summary>Below this everything else needs the memory more.</summary>
    private const long SocketsFrom = 192 * MiB;

    /// <summary>Sockets may have so much of what is above.</summary>
    private const int SocketPart = 6;

    private const long RuntimeBytes = 104 * MiB;
    private const long ThreadBytes = 96 * KiB;

    /// <summary>Threads that are not of the pool: the runtime's own, one that waits for sockets for each processor, the log's.</summary>
    private const int OtherThreads = 16;

    private const long ManagedBytes = 10 * MiB;
    private const long ManagedPerConnection = 24 * KiB;
    private const long ManagedPerSession = 256 * KiB;
    private const long ManagedPerTls = 32 * KiB;

    /// <summary>One message out, of at most 32 KiB and in a block of twice that, and what the library reads ahead.</summary>
    private const long ManagedPerWebViewer = 96 * KiB;
    private const long JpegEncoderBytes = 128 * KiB;
    private const long JpegDecoderBytes = 640 * KiB;

    /// <summary>One of colours, at the fastest level, and one of numbers of colours.</summary>
    private const long DeflaterBytes = 512 * KiB;
    private const long InflaterBytes = 48 * KiB;

    /// <summary>Four of Tight, one of ZRLE.</summary>
    private const int InflatersPerSource = 5;

    private const long TlsBytes = 112 * KiB;
    private const long SocketBytes = 4 * KiB;

    private MemoryPlan(NodeSettings settings)
    {
        ProcessLimit = settings.ProcessLimit;
        Connections = settings.MaxConnections;
        Sessions = settings.MaxSessions + settings.MaxLinks;
        long socket = SocketBytesOf(settings.ProcessLimit, Connections);
        SendBuffer = (int)(socket / 3);
        ReceiveBuffer = (int)(socket / 6);
        Threads = Math.Max(Environment.ProcessorCount, (int)Clamp(settings.ProcessLimit / (16 * MiB), LeastThreads, MostThreads));
        LaneThreads = Math.Min(Environment.ProcessorCount, Threads);
        LinkConnections = Math.Max(32, Connections / 8);
        EncryptedViewers = Math.Max(16, Connections / 16);
        WebViewers = Math.Max(16, Connections / 8);
        TlsConnections = LinkConnections + settings.MaxLinks + EncryptedViewers;
        Fixed = [.. FixedLines(settings)];
    }

    /// <summary>The most the whole process may use; null: nobody has said.</summary>
    public long? ProcessLimit { get; }

    /// <summary>Connections at once, in and out.</summary>
    public int Connections { get; }

    /// <summary>Sessions of this node and near ends of links: each has a source, and encodes.</summary>
    public int Sessions { get; }

    /// <summary>Connections of other nodes at once, strangers among them until they have proven who they are.</summary>
    public int LinkConnections { get; }

    /// <summary>Viewers with TLS at once.</summary>
    public int EncryptedViewers { get; }

    /// <summary>Viewers in browsers at once.</summary>
    public int WebViewers { get; }

    /// <summary>Connections with TLS at once, in and out.</summary>
    public int TlsConnections { get; }

    /// <summary>Threads of the thread pool, at most.</summary>
    public int Threads { get; }

    /// <summary>Threads that serve shadowers and links.</summary>
    public int LaneThreads { get; }

    /// <summary>Bytes to ask the kernel for, for each socket's outgoing side.</summary>
    public int SendBuffer { get; }

    /// <summary>The same, for the incoming side.</summary>
    public int ReceiveBuffer { get; }

    public long MemoryLimit { get; private init; }

    /// <summary>Most free blocks the pool keeps.</summary>
    public long KeptLimit => Math.Min(MostKept, MemoryLimit / KeptPart);

    /// <summary>Taken at start for owners' paths, for when the system has no more. The pool holds it beyond its limit, where half of the free blocks may not be.</summary>
    public long MustSucceed => Math.Min(4 * MiB, KeptLimit / 2);

    /// <summary>
    /// For the runtime: the pool, free blocks, and all other objects, garbage too. The first two count twice: to the runtime a slab that was given back takes its
    /// room until it is collected, though the system has its pages; and a heap that is full to the brim is one where an allocation fails. Never more than all of the plan.
    /// </summary>
    public long HeapLimit => Math.Min(Sum, (2 * (MemoryLimit + KeptLimit)) + Fixed.Single(line => line.Part == PlanPart.Managed).Bound);

    public IReadOnlyList<PlanLine> Lines =>
    [
        new(PlanPart.Pool, "data memory (the pool)", MemoryLimit, "memoryLimit; a quarter of it for sessions and their owners alone"),
        new(PlanPart.Kept, "free blocks kept for the next rent", KeptLimit, $"a tenth of memoryLimit, at most {ByteSize.Format(MostKept)}"),
        .. Fixed,
    ];

    public long Sum => Lines.Sum(line => line.Bound);

    private IReadOnlyList<PlanLine> Fixed { get; }

    public static MemoryPlan Of(NodeSettings settings) => new(settings) { MemoryLimit = settings.MemoryLimit };

    /// <summary>1 GiB, or what fits into the process limit beside everything else.</summary>
    public static long DefaultMemoryLimit(NodeSettings settings)
    {
        MemoryPlan plan = new(settings);
        long left = (settings.ProcessLimit ?? long.MaxValue) - plan.Fixed.Sum(line => line.Bound);

        // Where the free blocks are a tenth of it, the pool is ten parts of eleven.
        long pool = Math.Max(left / (KeptPart + 1) * KeptPart, left - MostKept);
        return Math.Clamp(pool / MiB * MiB, LeastMemoryLimit, MostMemoryLimit);
    }

    public static int DefaultConnections(NodeSettings settings) => (int)Clamp(settings.ProcessLimit / MiB, LeastConnections, MostConnections);

    public static int DefaultSessions(NodeSettings settings) => (int)Clamp(settings.ProcessLimit / (64 * MiB), LeastSessions, MostSessions);

    /// <summary>Where the sum is more than the process may use: both, and what to do about it.</summary>
    public string? WhyNot(bool isMemoryLimitSet)
    {
        if (ProcessLimit is not { } limit || Sum <= limit)
        {
            return null;
        }

        string sum = string.Join(" + ", Lines.Select(line => $"{line.What} {ByteSize.Format(line.Bound)}"));
        string next = isMemoryLimitSet
            ? "lower memoryLimit, maxConnections, maxSessions or maxLinks, or raise processLimit"
            : "raise processLimit (its default is what the container or the machine has), or lower maxConnections, maxSessions or maxLinks";
        string pool = ByteSize.Format(MemoryLimit);
        return $"{(isMemoryLimitSet ? $"memoryLimit {pool}" : $"the smallest memoryLimit, {pool},")} does not fit into processLimit {ByteSize.Format(limit)}: {sum} = {ByteSize.Format(Sum)}; {next}";
    }

    private IEnumerable<PlanLine> FixedLines(NodeSettings settings)
    {
        int decoders = Math.Min(Threads + LaneThreads, Sessions);
        int encoders = Math.Min(Threads + LaneThreads, Sessions + SpareCore.MostHelpers);
        int sockets = Connections + settings.MaxSessions;
        string sessions = $"maxSessions {settings.MaxSessions} and maxLinks {settings.MaxLinks}";
        int webViewers = settings.WebListen is null ? 0 : WebViewers;
        yield return new(PlanPart.Managed, "managed heap beside the pool",
            ManagedBytes + (webViewers * ManagedPerWebViewer) + (Connections * ManagedPerConnection) + (Sessions * ManagedPerSession) + (TlsConnections * ManagedPerTls),
            $"the runtime's heap limit; for maxConnections {Connections}, {sessions}{(webViewers > 0 ? $", {webViewers} viewers in browsers" : "")}");
        yield return new(PlanPart.Runtime, "runtime and code", RuntimeBytes, "measured; more than half are program files, which the kernel can read again");
        yield return new(PlanPart.Threads, "thread stacks", (Threads + LaneThreads + OtherThreads) * ThreadBytes,
            $"at most {Threads} threads of the thread pool, {LaneThreads} for shadowers, and {OtherThreads} others");
        yield return new(PlanPart.Jpeg, "libturbojpeg", (encoders * JpegEncoderBytes) + (decoders * JpegDecoderBytes), $"{encoders} encoders and {decoders} decoders at work, on a thread each");
        yield return new(PlanPart.Zlib, "zlib", (encoders * DeflaterBytes) + (Sessions * InflatersPerSource * InflaterBytes),
            $"{encoders} encoders at work with two deflaters each, {InflatersPerSource} inflaters for each of {sessions}");
        yield return new(PlanPart.Tls, "TLS", TlsConnections * TlsBytes,
            $"at most {LinkConnections} links in and {EncryptedViewers} encrypted viewers (parts of maxConnections), {settings.MaxLinks} links out (maxLinks)");
        yield return new(PlanPart.Kernel, "kernel socket buffers", sockets * ((2L * SendBuffer) + (2L * ReceiveBuffer) + SocketBytes),
            $"{ByteSize.Format(2L * SendBuffer)} out and {ByteSize.Format(2L * ReceiveBuffer)} in, for maxConnections {Connections} and maxSessions {settings.MaxSessions}");
    }

    private static long SocketBytesOf(long? processLimit, int connections) =>
        Clamp((processLimit - SocketsFrom) / SocketPart / connections, LeastSocketBytes, MostSocketBytes) / (12 * KiB) * (12 * KiB);

    /// <summary>The most, where nothing limits it.</summary>
    private static long Clamp(long? value, long least, long most) => Math.Clamp(value ?? most, least, most);
}
