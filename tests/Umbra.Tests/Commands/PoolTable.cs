using Umbra.Api;
using Umbra.Commands;

namespace Umbra.Tests.Commands;

/// <summary>Made-up samples of a pool, and keys to look at them with.</summary>
internal static class PoolTable
{
    /// <summary>Each column puts the three tags in another order, and so does each change.</summary>
    public static PoolSamples Samples { get; } = new(
        Pool([Tag("Aaaa", "zebra", 30, 10, 100), Tag("Bbbb", "yak", 20, 15, 9000), Tag("Cccc", "Tdtcp", 90, 89, 3000)]),
        Pool([Tag("Aaaa", "zebra", 29, 9, 50), Tag("Bbbb", "yak", 10, 5, 9000), Tag("Cccc", "Tdtcp", 89, 89, 0)]),
        FakeNode.Time);

    public static PoolInfo Pool(IReadOnlyList<PoolTagInfo> tags, params IReadOnlyList<PoolAccountInfo> accounts) =>
        new(4096, 8192, 1024, 0, tags, accounts, 0, 1 << 20);

    public static PoolTagInfo Tag(string tag, string driver, long allocs, long frees, long bytes) =>
        new(tag, driver, driver, allocs, frees, allocs - frees, bytes, allocs == frees ? 0 : bytes / (allocs - frees), 2 * bytes, 0);

    public static PoolAccountInfo Account(long id, string name, int depth, long bytes, bool isClosed = false) =>
        new(id, name, depth, bytes, bytes / 256, bytes, isClosed);

    /// <summary>Presses one key after the other; '\r' is Enter, '\b' Backspace, '\e' Esc.</summary>
    public static PoolView Press(this PoolView view, string keys) => keys.Aggregate(view, (now, key) => now.Press(Key(key)));

    public static ConsoleKeyInfo Key(char key) => new(
        key,
        key switch { '\r' => ConsoleKey.Enter, '\b' => ConsoleKey.Backspace, '\u001b' => ConsoleKey.Escape, _ => ConsoleKey.None },
        false, false, false);
}
