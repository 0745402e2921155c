namespace Umbra.Commands;

/// <summary>One column of a table of <typeparamref name="T"/>; numbers stand at the right.</summary>
internal readonly record struct Column<T>(string Header, Func<T, string?> Cell, bool IsNumber = false);
