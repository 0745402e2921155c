namespace Umbra.Transports.Serial;

/// <summary>What a <see cref="HdlcReader"/> has found between flags.</summary>
/// <param name="Good">Frames.</param>
/// <param name="Damaged">The checksum was wrong: noise, or a piece of a frame.</param>
/// <param name="Short">Too little for the smallest packet and its checksum.</param>
/// <param name="Long">More than the largest packet and its checksum.</param>
/// <param name="Aborted">Ended in an escape: the sender gave it up.</param>
internal readonly record struct HdlcCounters(long Good, long Damaged, long Short, long Long, long Aborted)
{
    public long Bad => Damaged + Short + Long + Aborted;
}
