namespace Umbra.Configuration;

/// <summary>What is done about growth that looks like a leak.</summary>
internal enum LeakAction
{
    /// <summary>It is told.</summary>
    Warn,
    /// <summary>It is told, and the link or listener is closed, what it held reclaimed, and opened again.</summary>
    Recycle,
}
