namespace Umbra.Core.Rfb;

/// <summary>What became of a client's wish (rfbproto, ExtendedDesktopSize: the rectangle's y).</summary>
public enum DesktopSizeStatus
{
    Ok = 0,
    Prohibited = 1,
    OutOfResources = 2,
    InvalidLayout = 3,
}
