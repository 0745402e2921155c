using System.Buffers;
using System.Buffers.Binary;

namespace Umbra.Core.Rfb;

/// <summary>
/// How pixels lie on the wire (RFC 6143, 7.4): U8 bits-per-pixel, U8 depth, U8 big-endian-flag, U8 true-colour-flag, U16 red-max, U16
/// green-max,
/// U16 blue-max, U8 red-shift, U8 green-shift, U8 blue-shift, 3 bytes padding. 16 bytes. With TrueColour false the other fields mean
/// nothing
/// and the server sends a colour map.
/// </summary>
public readonly record struct PixelFormat(
    byte BitsPerPixel, byte Depth, bool BigEndian, bool TrueColour,
    ushort RedMax, ushort GreenMax, ushort BlueMax, byte RedShift, byte GreenShift, byte BlueShift)
{
    public const int WireSize = 16;

    /// <summary>The surface's own format: little-endian 0x00RRGGBB, so bytes B G R X.</summary>
    public static PixelFormat Bgrx { get; } = new(32, 24, false, true, 255, 255, 255, 16, 8, 0);

    public int BytesPerPixel => BitsPerPixel / 8;

    /// <summary>Tight's TPIXEL is three bytes R G B in this case (rfbproto, Tight encoding).</summary>
    public bool HasTightPixel => TrueColour && BitsPerPixel == 32 && Depth == 24 && RedMax == 255 && GreenMax == 255 && BlueMax == 255;

    /// <summary>
    /// Whether a client may ask for it. 8, 16 or 32 bits; true-colour channels inside the pixel; maxima of the form 2^n - 1.
    /// </summary>
    public bool IsValid
    {
        get
        {
            if (BitsPerPixel is not (8 or 16 or 32) || Depth == 0 || Depth > BitsPerPixel)
            {
                return false;
            }

            return TrueColour
                ? IsChannel(RedMax, RedShift) && IsChannel(GreenMax, GreenShift) && IsChannel(BlueMax, BlueShift)
                : BitsPerPixel == 8;
        }
    }

    public static PixelFormat Read(ReadOnlySpan<byte> wire) => new(
        wire[0], wire[1], wire[2] != 0, wire[3] != 0,
        BinaryPrimitives.ReadUInt16BigEndian(wire[4..]), BinaryPrimitives.ReadUInt16BigEndian(wire[6..]),
            BinaryPrimitives.ReadUInt16BigEndian(wire[8..]),
        wire[10], wire[11], wire[12]);

    public void Write(IBufferWriter<byte> output)
    {
        Span<byte> wire = output.GetSpan(WireSize)[..WireSize];
        wire[0] = BitsPerPixel;
        wire[1] = Depth;
        wire[2] = BigEndian ? (byte)1 : (byte)0;
        wire[3] = TrueColour ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt16BigEndian(wire[4..], RedMax);
        BinaryPrimitives.WriteUInt16BigEndian(wire[6..], GreenMax);
        BinaryPrimitives.WriteUInt16BigEndian(wire[8..], BlueMax);
        wire[10] = RedShift;
        wire[11] = GreenShift;
        wire[12] = BlueShift;
        wire[13..].Clear();
        output.Advance(WireSize);
    }

    private bool IsChannel(ushort max, byte shift)
    {
        int bits = System.Numerics.BitOperations.PopCount(max);
        return max != 0 && (max & (max + 1)) == 0 && shift + bits <= BitsPerPixel;
    }
}
