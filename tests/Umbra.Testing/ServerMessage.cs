namespace Umbra.Testing;

/// <summary>Messages from an RFB server, by their numbers.</summary>
public enum ServerMessage
{
    FramebufferUpdate = 0,
    SetColourMapEntries = 1,
    Bell = 2,
    ServerCutText = 3,
    EndOfContinuousUpdates = 150,
    ServerFence = 248,
}
