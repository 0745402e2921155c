namespace Umbra.Sessions;

/// <summary>What somebody may do with a session. As a node's setting, the most that shadowers may do.</summary>
public enum AccessMode : byte
{
    /// <summary>Nothing: shadowing is refused.</summary>
    Off,
    /// <summary>See the picture.</summary>
    View,
    /// <summary>See the picture, use keyboard, pointer and clipboard.</summary>
    Control,
}
