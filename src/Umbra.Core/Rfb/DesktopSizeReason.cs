namespace Umbra.Core.Rfb;

/// <summary>Who changed the desktop size (rfbproto, ExtendedDesktopSize: the rectangle's x).</summary>
public enum DesktopSizeReason
{
    Server = 0,
    ThisClient = 1,
    OtherClient = 2,
}
