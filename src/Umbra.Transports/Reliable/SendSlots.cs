using System.Numerics;

namespace Umbra.Transports.Reliable;

/// <summary>The packets of a <see cref="SendWindow"/> by their sequence number, in a ring.</summary>
internal sealed class SendSlots(int capacity)
{
    private readonly SendSlot[] _slots = new SendSlot[BitOperations.RoundUpToPowerOf2((uint)capacity)];

    public ref SendSlot this[long sequence] => ref _slots[sequence & (_slots.Length - 1)];
}
