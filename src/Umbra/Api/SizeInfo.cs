using Umbra.Core.Surfaces;

namespace Umbra.Api;

/// <summary>Width and height in pixels.</summary>
internal sealed record SizeInfo(int Width, int Height)
{
    public static SizeInfo From(Size size) => new(size.Width, size.Height);

    public Size ToSize() => new(Width, Height);

    public override string ToString() => $"{Width}x{Height}";
}
