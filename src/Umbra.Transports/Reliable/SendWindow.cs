using Umbra.Core.Memory;

namespace Umbra.Transports.Reliable;

/// <summary>
/// What was written and is not acknowledged yet, in packets: those from <see cref="First"/> on have been sent, those from <see cref="Next"/> on have not, those from <see cref="Tail"/> on are not
/// written. Whatever happens to a packet costs the same, however many there are.
/// </summary>
internal sealed class SendWindow : IDisposable
{
    private readonly PacketBuffers _buffers;
    private readonly int _window;
    private readonly SendSlots _slots;
    private readonly SlotList _inFlight;
    private readonly SlotList _lost;

    /// <summary>Bit i: <see cref="First"/> + 1 + i is acknowledged.</summary>
    private ulong _sacked;
    private long? _end;

    /// <param name="window">Packets of data at once.</param>
    public SendWindow(PacketBuffers buffers, int window, long first)
    {
        _buffers = buffers;
        _window = window;
        // The end of the stream always has room.
        _slots = new SendSlots(window + 1);
        _inFlight = new SlotList(_slots);
        _lost = new SlotList(_slots);
        First = Next = Tail = first;
    }

    public long First { get; private set; }

    public long Next { get; private set; }

    public long Tail { get; private set; }

    public int Unsent => (int)(Tail - Next);

    public int InFlight => _inFlight.Count;

    public int Lost => _lost.Count;

    /// <summary>Whose last sending is longest ago, of those in flight; or <see cref="SendSlot.None"/>.</summary>
    public long Oldest => _inFlight.First;

    /// <summary>Which is to be sent again first; or <see cref="SendSlot.None"/>.</summary>
    public long FirstLost => _lost.First;

    /// <summary>The how manieth sending comes next.</summary>
    public long NextOrder { get; private set; }

    public bool HasEnd => _end is not null;

    /// <summary>The peer has everything.</summary>
    public bool IsEndAcknowledged => First > _end;

    /// <summary>The peer has all bytes; that nothing follows it may not know yet.</summary>
    public bool IsDataAcknowledged => First >= (_end ?? Tail);

    public ref readonly SendSlot this[long sequence] => ref _slots[sequence];

    /// <summary>Fills up the last packet that has not been sent, and new ones.</summary>
    /// <param name="size">Bytes of a packet.</param>
    /// <param name="maxUnsent">Packets that may wait to be sent.</param>
    /// <returns>How many bytes were taken.</returns>
    /// <exception cref="QuotaExceededException">There is no memory for the first of them, and none was taken.</exception>
    public int Write(ReadOnlySpan<byte> bytes, int size, int maxUnsent)
    {
        int taken = 0;
        while (taken < bytes.Length)
        {
            if (Unsent == 0 || _slots[Tail - 1].Length >= size)
            {
                if (Unsent >= maxUnsent || Tail - First >= _window)
                {
                    break;
                }

                try
                {
                    _slots[Tail] = new SendSlot { Buffer = _buffers.Rent() };
                }
                catch (QuotaExceededException) when (taken > 0)
                {
                    break;
                }

                Tail++;
            }

            ref SendSlot slot = ref _slots[Tail - 1];
            int piece = Math.Min(bytes.Length - taken, size - slot.Length);
            bytes.Slice(taken, piece).CopyTo(slot.Buffer!.Memory.Span[slot.Length..]);
            slot.Length += piece;
            taken += piece;
        }

        return taken;
    }

    /// <summary>Nothing is written after this.</summary>
    public void End()
    {
        _end = Tail;
        _slots[Tail++] = new SendSlot { IsEnd = true };
    }

    /// <summary>A packet goes: the next, or one that was lost.</summary>
    public void MarkSent(long sequence, TimeSpan now)
    {
        ref SendSlot slot = ref _slots[sequence];
        if (slot.State == SendSlotState.Lost)
        {
            _lost.Remove(sequence);
        }
        else
        {
            Next++;
        }

        slot.State = SendSlotState.InFlight;
        slot.Sendings++;
        slot.SentAt = now;
        slot.Order = NextOrder++;
        _inFlight.Append(sequence);
    }

    /// <summary>A packet in flight has to be sent again.</summary>
    public void MarkLost(long sequence)
    {
        _inFlight.Remove(sequence);
        _slots[sequence].State = SendSlotState.Lost;
        _lost.Append(sequence);
    }

    /// <summary>The bits of a peer's map that say something new of what has been sent.</summary>
    public ulong NewIn(ulong sack)
    {
        long sent = Next - First - 1;
        ulong mask = sent switch { <= 0 => 0, >= 64 => ulong.MaxValue, _ => (1UL << (int)sent) - 1 };
        return sack & mask & ~_sacked;
    }

    /// <summary>A packet that was sent, other than the first, has arrived.</summary>
    public void MarkSacked(int bit)
    {
        _sacked |= 1UL << bit;
        Release(First + 1 + bit);
    }

    /// <summary>The first has arrived.</summary>
    public void PassFirst()
    {
        if (_slots[First].State != SendSlotState.Acknowledged)
        {
            Release(First);
        }

        First++;
        _sacked >>= 1;
    }

    public void Dispose()
    {
        for (; First < Tail; First++)
        {
            if (_slots[First].Buffer is { } buffer)
            {
                _slots[First].Buffer = null;
                _buffers.Return(buffer);
            }
        }
    }

    private void Release(long sequence)
    {
        ref SendSlot slot = ref _slots[sequence];
        (slot.State == SendSlotState.Lost ? _lost : _inFlight).Remove(sequence);
        slot.State = SendSlotState.Acknowledged;
        if (slot.Buffer is { } buffer)
        {
            slot.Buffer = null;
            _buffers.Return(buffer);
        }
    }
}
