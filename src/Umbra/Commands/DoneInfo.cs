namespace Umbra.Commands;

/// <summary>A command that has nothing to show: what it did.</summary>
internal sealed record DoneInfo(string Done);
