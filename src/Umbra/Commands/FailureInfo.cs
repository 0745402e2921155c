namespace Umbra.Commands;

/// <summary>The object around a <see cref="CommandError"/>, so that an answer and a failure are told apart at the first member.</summary>
internal sealed record FailureInfo(CommandError Error);
