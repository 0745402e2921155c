namespace Umbra.Sessions.Shadowing;

/// <summary>A session by name, on this node (<see cref="Node"/> null) or another.</summary>
public readonly record struct SessionReference(string Session, string? Node)
{
    public override string ToString() => Node is null ? Session : $"{Session}@{Node}";
}
