using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Umbra.Core.Memory;

namespace Umbra.Core.Codecs;

/// <summary>
/// Numbers the distinct colours of pixels in order of appearance, and gives up as soon as there are too many.
/// A hash table of fixed size in one pool block; used again for each area.
/// </summary>
internal sealed class ColourIndex(BufferPool pool, Account account) : IDisposable
{
    public const int MaxColours = 256;
    private const int SlotBits = 10;
    private const int Slots = 1 << SlotBits;

    /// <summary>Marks a slot as taken; pixels have 0 in this byte.</summary>
    private const uint Taken = 0xFF00_0000;

    // Keys (uint each), then the colours by number (uint each), then each slot's number (byte each).
    private readonly Lease _table = pool.Rent(((Slots + MaxColours) * sizeof(uint)) + Slots, BufferTag.Encoder, account);

    /// <summary>Colours seen since <see cref="Clear"/>.</summary>
    public int Count { get; private set; }

    /// <summary>The colours by number, as BGRX.</summary>
    public ReadOnlySpan<uint> Colours => MemoryMarshal.Cast<byte, uint>(_table.Span).Slice(Slots, Count);

    public ReadOnlySpan<byte> ColourBytes => _table.Span.Slice(Slots * sizeof(uint), Count * sizeof(uint));

    public void Clear()
    {
        MemoryMarshal.Cast<byte, uint>(_table.Span)[..Slots].Clear();
        Count = 0;
    }

    /// <summary>Writes the number of each pixel's colour; false once there are more than <paramref name="limit"/> colours.</summary>
    /// <param name="limit">At most <see cref="MaxColours"/>.</param>
    public bool TryIndex(ReadOnlySpan<uint> pixels, Span<byte> numbers, int limit)
    {
        Span<byte> table = _table.Span;
        numbers = numbers[..pixels.Length];
        int i = 0;
        while (i < pixels.Length)
        {
            uint pixel = pixels[i];
            int number = Find(table, pixel, limit);
            if (number < 0)
            {
                return false;
            }

            int run = RunLength(pixels[i..]);
            numbers.Slice(i, run).Fill((byte)number);
            i += run;
        }

        return true;
    }

    /// <summary>As <see cref="TryIndex"/>, for those who only want to know: whether there are more than <paramref name="limit"/> colours now.</summary>
    public bool HasMore(ReadOnlySpan<uint> pixels, int limit)
    {
        Span<byte> table = _table.Span;
        uint last = ~0u;
        foreach (uint pixel in pixels)
        {
            if (pixel != last && Find(table, pixel, limit) < 0)
            {
                return true;
            }

            last = pixel;
        }

        return false;
    }

    public void Dispose() => _table.Dispose();

    /// <summary>How many of the first pixels are equal; at least 1.</summary>
    private static int RunLength(ReadOnlySpan<uint> pixels)
    {
        uint first = pixels[0];
        int i = 1;
        Vector128<uint> wanted = Vector128.Create(first);
        while (i <= pixels.Length - Vector128<uint>.Count && Vector128.Create(pixels[i..]) == wanted)
        {
            i += Vector128<uint>.Count;
        }

        while (i < pixels.Length && pixels[i] == first)
        {
            i++;
        }

        return i;
    }

    private int Find(Span<byte> table, uint pixel, int limit)
    {
        Span<uint> words = MemoryMarshal.Cast<byte, uint>(table);
        Span<byte> numbers = table[((Slots + MaxColours) * sizeof(uint))..];
        uint key = pixel | Taken;
        uint slot = (key * 2654435761u) >> (32 - SlotBits);
        while (words[(int)slot] != key)
        {
            if (words[(int)slot] == 0)
            {
                return Add(words, numbers, (int)slot, key, limit);
            }

            slot = (slot + 1) & (Slots - 1);
        }

        return numbers[(int)slot];
    }

    private int Add(Span<uint> words, Span<byte> numbers, int slot, uint key, int limit)
    {
        if (Count >= limit)
        {
            return -1;
        }

        words[slot] = key;
        words[Slots + Count] = key & ~Taken;
        numbers[slot] = (byte)Count;
        return Count++;
    }
}
