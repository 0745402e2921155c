using System.Buffers;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Rfb;

/// <summary>
/// The picture has a new size (RFC 6143, 7.8.2): a rectangle head with the size as width and height, no body. Last in its update.
/// </summary>
public readonly record struct DesktopSizeRect(Size Size)
{
    public void Write(IBufferWriter<byte> output) => new RectHeader(Size.Bounds, RfbEncoding.DesktopSize).Write(output);
}
