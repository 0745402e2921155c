namespace Umbra.Transports;

/// <summary>What went wrong on a wire, in the words all drivers share.</summary>
public enum TransportError
{
    /// <summary>Nobody listens there, or who does said no.</summary>
    Refused,

    /// <summary>No answer in time.</summary>
    TimedOut,

    /// <summary>There is no way there, or no such name or device.</summary>
    Unreachable,

    /// <summary>The connection was there, and broke.</summary>
    Reset,

    /// <summary>This process may not.</summary>
    Denied,

    /// <summary>The address is somebody else's.</summary>
    InUse,

    /// <summary>The peer broke the protocol below the link's own.</summary>
    Protocol,

    /// <summary>None of the others.</summary>
    Other,
}
