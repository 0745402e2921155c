using Microsoft.AspNetCore.Http;
using Umbra.Commands;

namespace Umbra.Api;

/// <summary>The one table that ties an error code to its HTTP status and to the exit code of the program.</summary>
internal static class ErrorCodes
{
    public static (int Status, int ExitCode) Meaning(this ErrorCode code) => code switch
    {
        ErrorCode.Internal => (StatusCodes.Status500InternalServerError, ExitCodes.Failure),
        ErrorCode.InvalidRequest => (StatusCodes.Status400BadRequest, ExitCodes.Usage),
        ErrorCode.NotSupported => (StatusCodes.Status501NotImplemented, ExitCodes.Failure),
        ErrorCode.RouteNotFound => (StatusCodes.Status404NotFound, ExitCodes.Failure),
        ErrorCode.SessionNotFound or ErrorCode.NodeNotFound or ErrorCode.ShadowNotFound =>
            (StatusCodes.Status404NotFound, ExitCodes.NotFound),
        ErrorCode.Refused => (StatusCodes.Status403Forbidden, ExitCodes.Refused),
        ErrorCode.NodeUnreachable or ErrorCode.ApiUnreachable => (StatusCodes.Status502BadGateway, ExitCodes.Unreachable),
        ErrorCode.Timeout => (StatusCodes.Status504GatewayTimeout, ExitCodes.Timeout),
        ErrorCode.Conflict => (StatusCodes.Status409Conflict, ExitCodes.Conflict),
        ErrorCode.LimitReached => (StatusCodes.Status503ServiceUnavailable, ExitCodes.LimitReached),
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, null),
    };
}
