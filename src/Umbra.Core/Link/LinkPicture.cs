using Umbra.Core.Memory;

namespace Umbra.Core.Link;

/// <summary>
/// A received picture: its header and the bytes of its rectangles (empty where there are none). Owns <see cref="Rects"/>.
/// </summary>
public readonly record struct LinkPicture(PictureHeader Header, Lease Rects) : IDisposable
{
    public void Dispose() => Rects.Dispose();
}
