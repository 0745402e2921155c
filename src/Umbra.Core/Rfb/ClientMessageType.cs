namespace Umbra.Core.Rfb;

/// <summary>First byte of what a client sends (RFC 6143, 7.5, and rfbproto).</summary>
public enum ClientMessageType : byte
{
    SetPixelFormat = 0,
    SetEncodings = 2,
    FramebufferUpdateRequest = 3,
    KeyEvent = 4,
    PointerEvent = 5,
    ClientCutText = 6,
    EnableContinuousUpdates = 150,
    ClientFence = 248,
    SetDesktopSize = 251,
    Qemu = 255,
}
