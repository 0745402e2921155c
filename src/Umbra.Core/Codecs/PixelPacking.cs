namespace Umbra.Core.Codecs;

/// <summary>Which form of a pixel an encoding sends.</summary>
public enum PixelPacking
{
    /// <summary>PIXEL: as the client's format says.</summary>
    Plain,

    /// <summary>CPIXEL (RFC 6143, 7.7.5): 3 bytes where a 32-bit pixel of depth 24 or less keeps its colours in 3 adjacent bytes.</summary>
    Compact,

    /// <summary>TPIXEL (rfbproto, Tight encoding): R G B where <see cref="Rfb.PixelFormat.HasTightPixel"/>.</summary>
    Tight,
}
