namespace Umbra.Transports.Ipx;

/// <summary>Told of each packet for a socket, by the one loop that receives: it must not wait, and must not throw.</summary>
/// <param name="type">See <see cref="IpxPacketType"/>.</param>
/// <param name="payload">What follows the header; only for the time of the call.</param>
internal delegate void IpxReceiver(in IpxAddress source, byte type, ReadOnlySpan<byte> payload);
