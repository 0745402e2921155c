namespace Umbra.Core.Memory;

/// <summary>How near the end of the memory is.</summary>
public enum PressureLevel
{
    /// <summary>There is enough.</summary>
    None,
    /// <summary>What is free and idle is given back sooner.</summary>
    Elevated,
    /// <summary>What can be made again is given up, and nobody new is let in.</summary>
    High,
    /// <summary>Somebody has to go.</summary>
    Critical,
}
