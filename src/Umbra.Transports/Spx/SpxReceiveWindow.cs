using System.Buffers;

namespace Umbra.Transports.Spx;

/// <summary>Packets that have arrived and were not read, each in a slot of the same size, also those behind a gap.</summary>
/// <param name="memory">Room for all slots; owned.</param>
internal sealed class SpxReceiveWindow(IMemoryOwner<byte> memory, int slots, int slotBytes) : IDisposable
{
    private readonly Slot[] _slots = new Slot[slots];
    private long _first;
    private int _read;
    private int _behindGap;
    private long _end = long.MaxValue;

    /// <summary>The one that is expected next.</summary>
    public long Next { get; private set; }

    /// <summary>The highest there is room for.</summary>
    public long Allocation => _first + slots - 1;

    /// <summary>Some have arrived that are not the next.</summary>
    public bool HasGap => _behindGap > 0;

    /// <summary>Everything up to the peer's end has arrived.</summary>
    public bool HasEnded => Next > _end;

    /// <summary>Bytes have arrived in order and were not read.</summary>
    public bool HasUnread => _first < Next;

    /// <summary>And has been read.</summary>
    public bool IsReadingCompleted => HasEnded && _first >= _end;

    /// <summary>Puts a packet where it belongs.</summary>
    /// <param name="payload">At most a slot's bytes.</param>
    public SpxArrival Put(long sequence, ReadOnlySpan<byte> payload, bool isEnd)
    {
        if (sequence < Next)
        {
            return SpxArrival.Duplicate;
        }

        if (sequence > Allocation || sequence > _end)
        {
            return SpxArrival.Outside;
        }

        ref Slot slot = ref Of(sequence);
        if (slot.IsFull)
        {
            return SpxArrival.Duplicate;
        }

        payload.CopyTo(Room(sequence));
        slot = new Slot { IsFull = true, Length = payload.Length };
        _end = isEnd ? Math.Min(_end, sequence) : _end;
        _behindGap++;
        if (sequence > Next)
        {
            return SpxArrival.BehindGap;
        }

        while (Next <= Allocation && Of(Next).IsFull)
        {
            Next++;
            _behindGap--;
        }

        SkipRead();
        return SpxArrival.Next;
    }

    /// <summary>The peer says without a packet of its own that nothing more comes.</summary>
    public void PutEnd() => Put(Next, [], isEnd: true);

    public int Read(Span<byte> destination)
    {
        int read = 0;
        while (read < destination.Length && _first < Next)
        {
            int length = Math.Min(Of(_first).Length - _read, destination.Length - read);
            Room(_first).Slice(_read, length).CopyTo(destination[read..]);
            _read += length;
            read += length;
            SkipRead();
        }

        return read;
    }

    public void Dispose() => memory.Dispose();

    /// <summary>Frees the slots of which nothing is left to be read.</summary>
    private void SkipRead()
    {
        while (_first < Next && Of(_first).Length == _read)
        {
            Of(_first) = default;
            _first++;
            _read = 0;
        }
    }

    private ref Slot Of(long sequence) => ref _slots[sequence % slots];

    private Span<byte> Room(long sequence) => memory.Memory.Span.Slice((int)(sequence % slots) * slotBytes, slotBytes);

    private struct Slot
    {
        public bool IsFull;
        public int Length;
    }
}
