using System.Numerics;
using System.Runtime.InteropServices;
using Umbra.Core.Memory;

namespace Umbra.Sessions.Sources.Pattern;

/// <summary>
/// Smooth moving colours over the whole picture. Each pixel is the sum of one entry from each of two periodic colour tables; along a row
/// both are read in order, so a picture costs one vector addition per few pixels. The rows' start points sway with step and row, which
/// bends the two gratings into clouds.
/// </summary>
internal sealed class Plasma : IDisposable
{
    private const int Period = 1024;
    private const double Turn = 2 * Math.PI / Period;
    private readonly Lease _tables;
    private readonly int _length;

    /// <param name="width">Of the widest row.</param>
    public Plasma(BufferPool pool, Account account, int width)
    {
        _length = Period + width;
        _tables = pool.Rent(checked(_length * 2 * sizeof(uint)), BufferTag.SurfacePixels, account);
        Span<uint> tables = MemoryMarshal.Cast<byte, uint>(_tables.Span);
        for (int i = 0; i < _length; i++)
        {
            tables[i] = Colour(i, 1, 3, 2, 0.0);
            tables[_length + i] = Colour(i, 2, 1, 4, 1.7);
        }
    }

    /// <summary>Pixels of row <paramref name="y"/> from column <paramref name="x"/> on.</summary>
    public void PaintRow(Span<byte> bgrx, int x, int y, uint step)
    {
        Span<uint> pixels = MemoryMarshal.Cast<byte, uint>(bgrx);
        ReadOnlySpan<uint> tables = MemoryMarshal.Cast<byte, uint>(_tables.Span);
        ReadOnlySpan<uint> first = tables.Slice(x + Start(y, step, 1, 3, 90, 311, 97), pixels.Length);
        ReadOnlySpan<uint> second = tables.Slice(_length + x + Start(y, step, -2, -5, 140, 433, 71), pixels.Length);
        int done = 0;
        for (; done <= pixels.Length - Vector<uint>.Count; done += Vector<uint>.Count)
        {
            (new Vector<uint>(first[done..]) + new Vector<uint>(second[done..])).CopyTo(pixels[done..]);
        }

        for (; done < pixels.Length; done++)
        {
            pixels[done] = first[done] + second[done];
        }
    }

    public void Dispose() => _tables.Dispose();

    /// <summary>No channel above 127, so that two colours add without a carry. Whole waves per period: the table has no seam.</summary>
    private static uint Colour(int index, int blueWaves, int greenWaves, int redWaves, double phase) =>
        Channel(index * blueWaves, phase)
        | (Channel(index * greenWaves, phase + 2.1) << 8)
        | (Channel(index * redWaves, phase + 4.2) << 16);

    private static uint Channel(int index, double phase) => (uint)(63.5 + (63.4 * Math.Sin((index * Turn) + phase)));

    private static int Start(int y, uint step, int slope, int speed, int sway, int swayRows, int swaySteps)
    {
        double angle = (2 * Math.PI * y / swayRows) + (2 * Math.PI * (step % swaySteps) / swaySteps);
        long start = ((long)slope * y) + ((long)speed * step) + (long)Math.Round(sway * Math.Sin(angle));
        return (int)(((start % Period) + Period) % Period);
    }
}
