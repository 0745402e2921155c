namespace Umbra.Transports.Packets;

/// <summary>What a <see cref="IPacketStream"/> has counted so far, in packets where nothing else is said.</summary>
/// <param name="Retransmitted">Sent once more because the peer did not say that it had arrived.</param>
/// <param name="Duplicates">Received that had been received before.</param>
/// <param name="Bad">Received that were no packets of this stream, or broke its rules.</param>
/// <param name="PayloadSent">Bytes, each counted once.</param>
/// <param name="PayloadReceived">Bytes, each counted once.</param>
internal readonly record struct PacketStreamCounters(long Sent, long Received, long Retransmitted, long Duplicates, long Bad, long PayloadSent, long PayloadReceived);
