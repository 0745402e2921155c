namespace Umbra.Core.Surfaces;

/// <summary>Pixels that moved inside the picture: <see cref="Target"/> now shows what stood at (<see cref="SourceX"/>, <see cref="SourceY"/>) before.</summary>
public readonly record struct CopyMove(int SourceX, int SourceY, Rect Target)
{
    public Rect Source => new(SourceX, SourceY, Target.Width, Target.Height);
}
