using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;

namespace Umbra.Core.Codecs;

/// <summary>
/// Tight's gradient filter: each channel is sent as its difference from left + above - above left, held within 0 to max.
/// Owns the row above, three channels of 16 bits per pixel.
/// </summary>
internal sealed class TightGradient(BufferPool pool, Account account, PixelFormat format) : IDisposable
{
    private const int Channels = 3;
    private Lease _above;

    /// <summary>Starts a rectangle: above it all is 0.</summary>
    public void Begin(int width)
    {
        int size = Math.Max(1, width * Channels * sizeof(ushort));
        if (size > _above.Length)
        {
            _above.Dispose();
            _above = default;
            _above = pool.Rent(size, BufferTag.Decoder, account);
        }

        _above.Span.Clear();
    }

    public void DecodeRow(ReadOnlySpan<byte> row, Span<uint> pixels)
    {
        Span<ushort> above = MemoryMarshal.Cast<byte, ushort>(_above.Span);
        (int Red, int Green, int Blue) left = default;
        (int Red, int Green, int Blue) aboveLeft = default;
        int size = format.HasTightPixel ? Channels : format.BytesPerPixel;
        for (int x = 0; x < pixels.Length; x++, row = row[size..], above = above[Channels..])
        {
            (int red, int green, int blue) = Difference(row);
            (int Red, int Green, int Blue) over = (above[0], above[1], above[2]);
            left.Red = Predict(left.Red, over.Red, aboveLeft.Red, red, format.RedMax);
            left.Green = Predict(left.Green, over.Green, aboveLeft.Green, green, format.GreenMax);
            left.Blue = Predict(left.Blue, over.Blue, aboveLeft.Blue, blue, format.BlueMax);
            (above[0], above[1], above[2]) = ((ushort)left.Red, (ushort)left.Green, (ushort)left.Blue);
            aboveLeft = over;
            pixels[x] = (PixelScale.ToByte((uint)left.Red, format.RedMax) << 16)
                | (PixelScale.ToByte((uint)left.Green, format.GreenMax) << 8)
                | PixelScale.ToByte((uint)left.Blue, format.BlueMax);
        }
    }

    public void Dispose()
    {
        _above.Dispose();
        _above = default;
    }

    private static int Predict(int left, int above, int aboveLeft, int difference, int max) =>
        (Math.Clamp(left + above - aboveLeft, 0, max) + difference) & max;

    private (int Red, int Green, int Blue) Difference(ReadOnlySpan<byte> wire)
    {
        if (format.HasTightPixel)
        {
            return (wire[0], wire[1], wire[2]);
        }

        uint value = (format.BytesPerPixel, format.BigEndian) switch
        {
            (2, true) => BinaryPrimitives.ReadUInt16BigEndian(wire),
            (2, false) => BinaryPrimitives.ReadUInt16LittleEndian(wire),
            (_, true) => BinaryPrimitives.ReadUInt32BigEndian(wire),
            _ => BinaryPrimitives.ReadUInt32LittleEndian(wire),
        };
        return (
            (int)(value >> format.RedShift) & format.RedMax,
            (int)(value >> format.GreenShift) & format.GreenMax,
            (int)(value >> format.BlueShift) & format.BlueMax);
    }
}
