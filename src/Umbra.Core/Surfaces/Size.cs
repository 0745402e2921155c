namespace Umbra.Core.Surfaces;

/// <summary>Width and height in pixels.</summary>
public readonly record struct Size(int Width, int Height)
{
    /// <summary>Most pixels an edge may have: RFB carries 16 bits, and a screen beyond 16384 is a mistake or an attack.</summary>
    public const int MaxEdge = 16384;

    /// <summary>Most pixels altogether (64 Mpixel, 256 MiB of BGRX).</summary>
    public const long MaxPixels = 64L * 1024 * 1024;

    /// <summary>Whether a surface may have this size.</summary>
    public bool IsValid => Width is > 0 and <= MaxEdge && Height is > 0 and <= MaxEdge && (long)Width * Height <= MaxPixels;

    public Rect Bounds => new(0, 0, Width, Height);

    public override string ToString() => $"{Width}x{Height}";
}
