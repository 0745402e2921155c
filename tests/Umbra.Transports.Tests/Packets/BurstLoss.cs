namespace Umbra.Transports.Tests.Packets;

/// <summary>Loss as of Gilbert and Elliott: a wire is good or bad for a while.</summary>
/// <param name="Begin">Probability that a good wire turns bad, per packet.</param>
/// <param name="End">Probability that a bad wire turns good, per packet.</param>
/// <param name="Loss">Probability of a packet to be lost while it is bad.</param>
internal sealed record BurstLoss(double Begin, double End, double Loss = 1);
