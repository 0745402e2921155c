namespace Umbra.Transports.Reliable;

/// <summary>Packets in the order they came in; each is taken out at once wherever it stands. The links are in the slots.</summary>
internal sealed class SlotList(SendSlots slots)
{
    private long _last = SendSlot.None;

    public int Count { get; private set; }

    /// <summary>Or <see cref="SendSlot.None"/>.</summary>
    public long First { get; private set; } = SendSlot.None;

    public void Append(long sequence)
    {
        ref SendSlot slot = ref slots[sequence];
        slot.Before = _last;
        slot.After = SendSlot.None;
        if (_last == SendSlot.None)
        {
            First = sequence;
        }
        else
        {
            slots[_last].After = sequence;
        }

        _last = sequence;
        Count++;
    }

    public void Remove(long sequence)
    {
        SendSlot slot = slots[sequence];
        if (slot.Before == SendSlot.None)
        {
            First = slot.After;
        }
        else
        {
            slots[slot.Before].After = slot.After;
        }

        if (slot.After == SendSlot.None)
        {
            _last = slot.Before;
        }
        else
        {
            slots[slot.After].Before = slot.Before;
        }

        Count--;
    }
}
