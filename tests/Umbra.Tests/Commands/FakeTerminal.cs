using Umbra.Commands;

namespace Umbra.Tests.Commands;

/// <summary>A terminal somebody presses keys at: one each time it is asked and has been drawn upon.</summary>
internal sealed class FakeTerminal(string keys) : ITerminal
{
    private int _asked;

    public int Width => 120;

    public int Height => 30;

    // Every other time none, so that each key is seen on the screen.
    public ConsoleKeyInfo? ReadKey() => _asked++ % 2 == 0 && _asked / 2 < keys.Length ? PoolTable.Key(keys[_asked / 2]) : null;
}
