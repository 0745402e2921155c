using System.Buffers;
using System.Numerics;

namespace Umbra.Transports.Reliable;

/// <summary>
/// What has arrived and was not read: in order from <see cref="_first"/> to <see cref="Next"/>, with gaps from there to <see cref="Edge"/>, where the room ends. Whatever happens to a packet costs
/// the same, however many there are.
/// </summary>
internal sealed class ReceiveWindow(PacketBuffers buffers, int window, long first) : IDisposable
{
    private readonly Slot[] _slots = new Slot[BitOperations.RoundUpToPowerOf2((uint)window)];
    private long _first = first;

    /// <summary>Bytes of the first that were read.</summary>
    private int _taken;
    private long _furthest = first - 1;
    private long? _end;

    /// <summary>All before it have arrived.</summary>
    public long Next { get; private set; } = first;

    /// <summary>Those from here on are refused.</summary>
    public long Edge => _first + window;

    /// <summary>Bit i: <see cref="Next"/> + 1 + i has arrived.</summary>
    public ulong Map { get; private set; }

    public bool HasGap => Map != 0;

    /// <summary>Everything up to the peer's end has arrived.</summary>
    public bool HasEnded => Next > _end;

    /// <summary>Bytes have arrived in order and were not read.</summary>
    public bool HasUnread => _first < Math.Min(Next, _end ?? long.MaxValue);

    /// <summary>And was read.</summary>
    public bool IsReadingCompleted => _first >= _end && HasEnded;

    public bool Has(long sequence) => sequence < Next || At(sequence).IsThere;

    /// <summary>Keeps a packet that is not there yet and before <see cref="Edge"/>.</summary>
    /// <returns>False: it lies beyond the end of the stream, or would be the end of more than what is there already.</returns>
    /// <exception cref="Core.Memory.QuotaExceededException">There is no memory for it.</exception>
    public bool TryAdd(long sequence, ReadOnlySpan<byte> payload, bool isEnd)
    {
        if (sequence > _end || (isEnd && (_end is not null || _furthest > sequence)))
        {
            return false;
        }

        Slot slot = new() { Length = payload.Length, IsThere = true };
        if (isEnd)
        {
            _end = sequence;
        }
        else
        {
            slot.Buffer = buffers.Rent();
            payload.CopyTo(slot.Buffer.Memory.Span);
        }

        At(sequence) = slot;
        _furthest = Math.Max(_furthest, sequence);
        if (sequence > Next && sequence - Next - 1 < 64)
        {
            Map |= 1UL << (int)(sequence - Next - 1);
        }

        for (; Next < Edge && At(Next).IsThere; Next++)
        {
            // What enters the map at its far end may have been there for long.
            long entering = Next + 65;
            Map = (Map >> 1) | (entering < Edge && At(entering).IsThere ? 1UL << 63 : 0);
        }

        return true;
    }

    public int Read(Span<byte> destination)
    {
        int read = 0;
        while (read < destination.Length && _first < Next && At(_first).Buffer is { } buffer)
        {
            ref Slot slot = ref At(_first);
            int piece = Math.Min(destination.Length - read, slot.Length - _taken);
            buffer.Memory.Span.Slice(_taken, piece).CopyTo(destination[read..]);
            read += piece;
            _taken += piece;
            if (_taken == slot.Length)
            {
                slot = default;
                buffers.Return(buffer);
                _taken = 0;
                _first++;
            }
        }

        return read;
    }

    public void Dispose()
    {
        foreach (Slot slot in _slots)
        {
            if (slot.Buffer is { } buffer)
            {
                buffers.Return(buffer);
            }
        }

        Array.Clear(_slots);
    }

    private ref Slot At(long sequence) => ref _slots[sequence & (_slots.Length - 1)];

    private struct Slot
    {
        public IMemoryOwner<byte>? Buffer;
        public int Length;
        public bool IsThere;
    }
}
