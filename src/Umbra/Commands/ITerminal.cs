namespace Umbra.Commands;

/// <summary>The terminal a person sits at, as far as a command with a screen of its own needs it.</summary>
internal interface ITerminal
{
    int Width { get; }

    int Height { get; }

    /// <summary>The next key that was pressed; null where none was.</summary>
    ConsoleKeyInfo? ReadKey();
}
