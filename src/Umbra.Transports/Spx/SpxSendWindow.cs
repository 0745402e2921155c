using System.Buffers;

namespace Umbra.Transports.Spx;

/// <summary>Packets that are written and not acknowledged, each in a slot of the same size. What is written goes into the last one as long as that was never sent.</summary>
/// <param name="memory">Room for all slots; owned.</param>
internal sealed class SpxSendWindow(IMemoryOwner<byte> memory, int slots, int slotBytes) : IDisposable
{
    private readonly Slot[] _slots = new Slot[slots];

    /// <summary>The oldest that is not acknowledged.</summary>
    public long First { get; private set; }

    /// <summary>The first that was never sent.</summary>
    public long Next { get; private set; }

    /// <summary>Behind the last that is written.</summary>
    public long Last { get; private set; }

    /// <summary>The end has its place.</summary>
    public bool HasEnd { get; private set; }

    /// <summary>All is acknowledged, the end too.</summary>
    public bool IsEndAcked => HasEnd && First == Last;

    /// <summary>Nothing but the end is left to be acknowledged.</summary>
    public bool IsOnlyEndLeft => HasEnd && First == Last - 1;

    /// <returns>How many bytes were taken. One slot stays free for the end.</returns>
    public int Write(ReadOnlySpan<byte> bytes)
    {
        int taken = 0;
        while (!HasEnd && taken < bytes.Length && HasRoom())
        {
            ref Slot slot = ref Of(Last - 1);
            int length = Math.Min(slotBytes - slot.Length, bytes.Length - taken);
            bytes.Slice(taken, length).CopyTo(Room(Last - 1)[slot.Length..]);
            slot.Length += length;
            taken += length;
        }

        return taken;
    }

    /// <summary>Nothing can be written after it.</summary>
    public void WriteEnd()
    {
        if (!HasEnd)
        {
            HasEnd = true;
            Of(Last++) = default;
        }
    }

    public ReadOnlySpan<byte> Payload(long sequence) => Room(sequence)[..Of(sequence).Length];

    /// <summary>Notes that a packet goes out.</summary>
    /// <param name="dataStream">What an end is sent as, the first time.</param>
    /// <returns>What it is sent as.</returns>
    public byte Sent(long sequence, TimeSpan now, byte dataStream)
    {
        ref Slot slot = ref Of(sequence);
        slot.SentAt = now;
        if (sequence == Next)
        {
            Next++;
            slot.DataStream = HasEnd && sequence == Last - 1 ? dataStream : SpxDataStream.Data;
        }

        return slot.DataStream;
    }

    public TimeSpan SentAt(long sequence) => Of(sequence).SentAt;

    /// <summary>Everything before a sequence number has arrived.</summary>
    public void Ack(long next) => First = next;

    public void Dispose() => memory.Dispose();

    /// <summary>Makes the last slot one that may be written to.</summary>
    private bool HasRoom()
    {
        if (Last > Next && Of(Last - 1).Length < slotBytes)
        {
            return true;
        }

        if (Last - First >= slots - 1)
        {
            return false;
        }

        Of(Last++) = default;
        return true;
    }

    private ref Slot Of(long sequence) => ref _slots[sequence % slots];

    private Span<byte> Room(long sequence) => memory.Memory.Span.Slice((int)(sequence % slots) * slotBytes, slotBytes);

    private struct Slot
    {
        public int Length;
        public byte DataStream;
        public TimeSpan SentAt;
    }
}
