namespace Umbra.Commands;

/// <summary>This process's terminal.</summary>
internal sealed class SystemTerminal : ITerminal
{
    // A terminal that does not know its size says 0.
    public int Width => Console.WindowWidth is > 0 and int width ? width : 80;

    public int Height => Console.WindowHeight is > 0 and int height ? height : 24;

    /// <summary>Null where there is nobody to press a key, or no way to move on the screen.</summary>
    public static ITerminal? Current() =>
        Console.IsInputRedirected || Console.IsOutputRedirected || Environment.GetEnvironmentVariable("TERM") is "dumb" or "" ? null : new SystemTerminal();

    public ConsoleKeyInfo? ReadKey() => Console.KeyAvailable ? Console.ReadKey(intercept: true) : null;
}
