namespace Umbra.Core.Link;

/// <summary>
/// Why something was denied, closed or noticed. Codes below 100 have a counterpart among the Terminal Server status codes, see
/// <see cref="LinkReasons.StatusCode"/>; a receiver shows codes it does not know as numbers.
/// </summary>
public enum LinkReason : ushort
{
    /// <summary>Ended because somebody wanted it to.</summary>
    None = 0,
    /// <summary>The owner or the policy of the target node said no: SHADOW_DENIED 7044.</summary>
    Denied = 1,
    /// <summary>The session is in no state to be shadowed, it has no picture: SHADOW_INVALID 7050.</summary>
    NotShadowable = 2,
    /// <summary>Shadowing is switched off on the target node: SHADOW_DISABLED 7051.</summary>
    Disabled = 3,
    /// <summary>No shadow with this id is running: SHADOW_NOT_RUNNING 7057.</summary>
    NotRunning = 4,
    /// <summary>No session of that name: WINSTATION_NOT_FOUND 7022.</summary>
    SessionNotFound = 5,
    /// <summary>The owner was asked and did not answer: CLIENT_QUERY_TIMEOUT 7040.</summary>
    ConsentTimeout = 6,
    /// <summary>This person or node has no right to it: ACCESS_DENIED 7045.</summary>
    AccessDenied = 7,
    /// <summary>A picture of this size cannot be taken: BAD_VIDEO_MODE 7025.</summary>
    BadSize = 8,
    /// <summary>The memory limit is reached and this shadow was the one to go: NO_OUTBUF 7008.</summary>
    Shed = 9,
    /// <summary>The wire below failed: TD_ERROR 7017.</summary>
    TransportError = 10,

    /// <summary>The path of an open already holds the node it was sent to.</summary>
    Loop = 100,
    /// <summary>The path of an open is as long as <see cref="LinkLimits.MaxDepth"/> allows.</summary>
    TooDeep = 101,
    /// <summary>No version both nodes speak.</summary>
    VersionMismatch = 102,
    /// <summary>The node is being stopped.</summary>
    Shutdown = 103,
    /// <summary>The session's source is gone; the last picture stays and the node tries again.</summary>
    SourceLost = 104,
    /// <summary>The source feeds the session again.</summary>
    SourceBack = 105,
    /// <summary>The session was ended.</summary>
    SessionEnded = 106,
    /// <summary>The shadow was stopped by its session's side.</summary>
    Stopped = 107,
    /// <summary>The peer sent something it must not.</summary>
    ProtocolError = 108,
    /// <summary>The peer was silent for too long.</summary>
    TimedOut = 109,
    /// <summary>As many shadows as the target node's settings allow are running.</summary>
    LimitReached = 110,
}
