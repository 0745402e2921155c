using Umbra.Core.Memory;

namespace Umbra.Core.Surfaces;

/// <summary>
/// A cursor image: BGRA rows top-down, colours multiplied with alpha. Width or height 0 means an invisible cursor (no pixels then).
/// Owns one reference on <see cref="Pixels"/>.
/// </summary>
public sealed record CursorShape(int Width, int Height, int HotX, int HotY, SharedLease? Pixels) : IDisposable
{
    /// <summary>Largest edge accepted from a peer.</summary>
    public const int MaxEdge = 256;

    public void Dispose() => Pixels?.Dispose();
}
