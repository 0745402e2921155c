namespace Umbra.Core.Rfb;

/// <summary>First byte of what a server sends (RFC 6143, 7.6, and rfbproto).</summary>
public enum ServerMessageType : byte
{
    FramebufferUpdate = 0,
    SetColourMapEntries = 1,
    Bell = 2,
    ServerCutText = 3,
    EndOfContinuousUpdates = 150,
    ServerFence = 248,
}
