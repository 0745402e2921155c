namespace Umbra.Core.Surfaces;

/// <summary>A rectangle in pixels; right and bottom edges are exclusive.</summary>
public readonly record struct Rect(int X, int Y, int Width, int Height)
{
    public int Right => X + Width;

    public int Bottom => Y + Height;

    public bool IsEmpty => Width <= 0 || Height <= 0;

    public long Area => IsEmpty ? 0 : (long)Width * Height;

    public Size Size => new(Width, Height);

    public static Rect FromEdges(int left, int top, int right, int bottom) => new(left, top, right - left, bottom - top);

    public Rect Intersect(Rect other)
    {
        int left = Math.Max(X, other.X);
        int top = Math.Max(Y, other.Y);
        int right = Math.Min(Right, other.Right);
        int bottom = Math.Min(Bottom, other.Bottom);
        return right > left && bottom > top ? FromEdges(left, top, right, bottom) : default;
    }

    public bool Intersects(Rect other) => !Intersect(other).IsEmpty;

    public bool Contains(Rect other) => other.X >= X && other.Y >= Y && other.Right <= Right && other.Bottom <= Bottom;

    /// <summary>The smallest rectangle that holds both.</summary>
    public Rect Union(Rect other) => IsEmpty ? other : other.IsEmpty ? this
        : FromEdges(Math.Min(X, other.X), Math.Min(Y, other.Y), Math.Max(Right, other.Right), Math.Max(Bottom, other.Bottom));

    /// <summary>Adds what of this is outside of the other, in at most four pieces.</summary>
    public void Without(Rect other, List<Rect> pieces)
    {
        Rect inside = Intersect(other);
        if (inside.IsEmpty)
        {
            pieces.Add(this);
            return;
        }

        Rect[] around =
        [
            FromEdges(X, Y, Right, inside.Y), FromEdges(X, inside.Bottom, Right, Bottom),
            FromEdges(X, inside.Y, inside.X, inside.Bottom), FromEdges(inside.Right, inside.Y, Right, inside.Bottom),
        ];
        pieces.AddRange(around.Where(piece => !piece.IsEmpty));
    }

    public Rect Offset(int dx, int dy) => this with { X = X + dx, Y = Y + dy };
}
