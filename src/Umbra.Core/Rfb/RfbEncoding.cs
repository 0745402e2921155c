namespace Umbra.Core.Rfb;

/// <summary>Encoding and pseudo-encoding numbers (RFC 6143 7.7, 7.8 and the community registry rfbproto).</summary>
public enum RfbEncoding
{
    Raw = 0,
    CopyRect = 1,
    Hextile = 5,
    Tight = 7,
    Zrle = 16,
    /// <summary>JPEG quality 0; -32 to -23 are levels 0 to 9.</summary>
    JpegQuality0 = -32,
    JpegQuality9 = -23,
    DesktopSize = -223,
    LastRect = -224,
    Cursor = -239,
    /// <summary>Compression level 0; -256 to -247 are levels 0 to 9.</summary>
    CompressLevel0 = -256,
    CompressLevel9 = -247,
    QemuExtendedKey = -258,
    QemuLedState = -261,
    DesktopName = -307,
    ExtendedDesktopSize = -308,
    Fence = -312,
    ContinuousUpdates = -313,
    CursorWithAlpha = -314,
    /// <summary>
    /// Where the pointer is, when it was not this client that moved it: x and y of the rectangle's head. Without it some servers draw the
    /// pointer into the picture.
    /// </summary>
    VMwareCursorPosition = 0x574d5666,
    VMwareLedState = 0x574d5668,
    ExtendedClipboard = unchecked((int)0xC0A1E5CE),
}
