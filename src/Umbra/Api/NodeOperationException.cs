namespace Umbra.Api;

/// <summary>A node operation that failed in a way its caller can understand. The same on both ends: the API carries it as a
/// problem.</summary>
/// <param name="code">For programs.</param>
/// <param name="message">What happened and why; no secrets.</param>
/// <param name="next">What the person can do now.</param>
internal sealed class NodeOperationException(ErrorCode code, string message, string? next = null, Exception? inner = null)
    : Exception(message, inner)
{
    public ErrorCode Code { get; } = code;

    public string? Next { get; } = next;

    /// <summary>Where several things are wrong: each of them.</summary>
    public IReadOnlyList<string>? Details { get; init; }
}
