namespace Umbra.Sessions;

/// <summary>What a viewer keeps of the node's memory.</summary>
/// <param name="Bytes">Its buffers, and the pictures on their way to it.</param>
/// <param name="Age">Since the oldest of those pictures was begun; zero where none is on its way.</param>
public readonly record struct Backlog(long Bytes, TimeSpan Age)
{
    /// <summary>Large and stale is worse than either. A viewer that keeps up still has its size.</summary>
    public double Weight => Bytes * Math.Max(0.1, Age.TotalSeconds);
}
