using System.Security.Cryptography;

namespace Umbra.Transports.Reliable;

/// <summary>What two sides agree upon before the first byte: each draws a number and where its sequence begins.</summary>
internal readonly record struct ReliableSession(uint LocalId, uint PeerId, uint LocalStart, uint PeerStart)
{
    /// <summary>This side's half.</summary>
    public static ReliableSession Draw(IReliableFormat format)
    {
        Span<byte> random = stackalloc byte[2 * sizeof(uint)];
        RandomNumberGenerator.Fill(random);
        uint id = BitConverter.ToUInt32(random) >> (32 - format.IdBits);
        return new ReliableSession(Math.Max(1, id), 0, format.DrawsSequence ? BitConverter.ToUInt32(random[sizeof(uint)..]) : 0, 0);
    }
}
