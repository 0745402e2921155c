namespace Umbra.Transports.Drivers;

/// <summary>Whether a driver is at work.</summary>
public enum DriverState
{
    Running,

    /// <summary>By hand: it has no connections and no memory, and what it listens on comes back when it is started.</summary>
    Stopped,

    /// <summary>It was written for another version of the contract.</summary>
    Refused,

    /// <summary>It was started, and what it listens on could not be had again.</summary>
    Failed,
}
