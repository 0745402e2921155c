namespace Umbra.Commands;

/// <summary>One column of the live table; numbers stand at the right.</summary>
/// <param name="MinWidth">Keeps the columns where they are while the numbers grow.</param>
/// <param name="DropOrder">Where the window is too narrow, the lowest goes first; 0 stays.</param>
internal sealed record PoolScreenColumn(string Header, Func<PoolRow, string> Cell, int MinWidth, bool IsWord = false, int DropOrder = 0);
