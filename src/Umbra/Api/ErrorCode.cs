using System.Text.Json.Serialization;

namespace Umbra.Api;

/// <summary>What went wrong, for programs. Part of the contract: values are added, never renamed. <see cref="ErrorCodes"/> gives status
/// and exit code.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<ErrorCode>))]
internal enum ErrorCode
{
    /// <summary>A fault of the node itself; its log says more.</summary>
    Internal,
    /// <summary>The request or the command line is wrong.</summary>
    InvalidRequest,
    /// <summary>This build or source cannot do it.</summary>
    NotSupported,
    RouteNotFound,
    SessionNotFound,
    NodeNotFound,
    ShadowNotFound,
    /// <summary>A policy forbids it; the message names the rule.</summary>
    Refused,
    /// <summary>Another node does not answer.</summary>
    NodeUnreachable,
    /// <summary>The node on this machine does not answer on its API socket.</summary>
    ApiUnreachable,
    Timeout,
    /// <summary>Already exists, or is in a state that excludes it.</summary>
    Conflict,
    /// <summary>A configured limit is reached (sessions, shadows, memory).</summary>
    LimitReached,
}
