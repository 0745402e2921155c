namespace Umbra.Core.Link;

/// <summary>What a shadower may do.</summary>
public enum ShadowMode : byte
{
    /// <summary>See the session; input is dropped on the target node.</summary>
    View = 1,
    /// <summary>See the session and drive it.</summary>
    Control = 2,
}
