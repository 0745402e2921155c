using Umbra.Core.Memory;

namespace Umbra.Transports.Tests.Contract;

/// <summary>What each kind can bear in a test's time.</summary>
internal static class WireKinds
{
    private const int Megabyte = 1024 * 1024;

    public static bool IsTls(this WireKind kind) => kind.ToString().EndsWith("Tls", StringComparison.Ordinal);

    /// <summary>The same driver without TLS.</summary>
    public static WireKind Medium(this WireKind kind) => kind.IsTls() ? kind - 1 : kind;

    /// <summary>Where nobody listens, one is told so; elsewhere nobody answers, for many seconds.</summary>
    public static bool Refuses(this WireKind kind) => kind.Medium() is not (WireKind.Ipx or WireKind.Spx or WireKind.Async);

    /// <summary>Who takes memory beside the driver, for all drivers that share it.</summary>
    public static BufferTag[] SharedTags(this WireKind kind) => kind.Medium() == WireKind.Spx ? [BufferTag.TdIpx] : [];

    /// <summary>Enough for many chunks.</summary>
    public static int BytesToSend(this WireKind kind) => kind.IsLine() ? Megabyte / 4 : 4 * Megabyte;

    /// <summary>More than fits into all buffers on the way.</summary>
    public static long BytesToStall(this WireKind kind) => kind.IsLine() ? Megabyte / 4 : 48 * Megabyte;

    /// <summary>Connections one after the other.</summary>
    public static int Repetitions(this WireKind kind) => kind.IsLine() ? 5 : kind.IsTls() ? 100 : 1000;

    public static int ConnectionsAtOnce(this WireKind kind) => kind.IsLine() ? 1 : kind.IsTls() ? 50 : 200;

    /// <summary>A serial line: one connection at a time, which is waited for until the other end listens.</summary>
    public static bool IsLine(this WireKind kind) => kind.Medium() == WireKind.Async;
}
