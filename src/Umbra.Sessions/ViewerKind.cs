namespace Umbra.Sessions;

/// <summary>On whose behalf a viewer looks.</summary>
public enum ViewerKind
{
    /// <summary>Who works in the session.</summary>
    Owner,

    /// <summary>Somebody of this node who looks in, with a viewer or for one picture.</summary>
    Shadower,

    /// <summary>A near node, for all its shadowers.</summary>
    Link,
}
