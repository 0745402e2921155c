using Umbra.Core.Memory;

namespace Umbra.Sessions.Sources.X11;

/// <summary>Told what an X server sends, in its order.</summary>
internal interface IXPacketHandler
{
    /// <summary>Most bytes that the reply to a request may have beyond its first 32.</summary>
    /// <exception cref="Core.Rfb.ProtocolException">There is no such request.</exception>
    int LimitOf(ushort sequence);

    /// <param name="header">32 bytes, valid for the call.</param>
    /// <param name="body">The rest; the handler's.</param>
    void OnReply(ushort sequence, ReadOnlySpan<byte> header, Lease body);

    void OnError(ushort sequence, XError error);

    /// <param name="content">32 bytes, valid for the call.</param>
    void OnEvent(ReadOnlySpan<byte> content);
}
