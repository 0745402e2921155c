namespace Umbra.Api;

/// <summary>A failed request (RFC 9457 problem details) with two members of our own: <see cref="Code"/> for programs, <see cref="Next"/>
/// for people.</summary>
internal sealed record ApiProblem(string Type, string Title, int Status, string Detail, ErrorCode Code, string? Next = null)
{
    public const string MediaType = "application/problem+json";

    public static ApiProblem From(NodeOperationException exception) => new(
        "about:blank",
        System.Text.RegularExpressions.Regex.Replace(exception.Code.ToString(), "(?<=[a-z])(?=[A-Z])", " ").ToLowerInvariant(),
        exception.Code.Meaning().Status,
        exception.Message,
        exception.Code,
        exception.Next);

    public NodeOperationException ToException() => new(Code, Detail, Next);
}
