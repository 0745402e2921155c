using Umbra.Api;

namespace Umbra.Commands;

/// <summary>A failure as <c>--output json</c> prints it on standard error.</summary>
internal sealed record CommandError(ErrorCode Code, string Message, string? Next, int ExitCode, IReadOnlyList<string>? Details);
