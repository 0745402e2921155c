namespace Umbra.Commands;

/// <summary>What the program's exit codes mean. They are a contract: scripts test for them, so a number never changes its
/// meaning.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;
    public const int Failure = 1;
    public const int Usage = 2;
    public const int NotFound = 3;
    public const int Refused = 4;
    public const int Unreachable = 5;
    public const int Timeout = 6;
    public const int Conflict = 7;
    public const int LimitReached = 8;

    /// <summary>Every code with its meaning, as <c>umbra --help</c> prints them.</summary>
    public static IReadOnlyList<(int Code, string Meaning)> All { get; } =
    [
        (Ok, "done"),
        (Failure, "failed; the message says why"),
        (Usage, "wrong command line, request or configuration"),
        (NotFound, "no such session, node or shadow"),
        (Refused, "refused by policy; the message names the rule"),
        (Unreachable, "the node does not answer"),
        (Timeout, "no answer in time"),
        (Conflict, "exists already, or its state excludes this"),
        (LimitReached, "a configured limit is reached"),
    ];
}
