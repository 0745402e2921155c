namespace Umbra.Core.Codecs;

/// <summary>The numbers of the Tight encoding (rfbproto, "Tight Encoding").</summary>
internal static class TightControl
{
    /// <summary>Streams of a connection; bit n of the control byte resets stream n.</summary>
    public const int Streams = 4;

    /// <summary>In the upper four bits: how the rectangle is sent. Below <see cref="Fill"/>: basic, bits 4 and 5 the stream.</summary>
    public const int Fill = 8;
    public const int Jpeg = 9;

    /// <summary>In a basic control byte: a filter byte follows.</summary>
    public const int HasFilter = 0x40;

    public const byte CopyFilter = 0;
    public const byte PaletteFilter = 1;
    public const byte GradientFilter = 2;

    /// <summary>Filtered data shorter than this are sent without zlib and without a length.</summary>
    public const int MinCompressed = 12;

    /// <summary>Longest compact length.</summary>
    public const int MaxLengthBytes = 3;

    /// <summary>
    /// Writes 7, 7 and 8 bits, lowest first, the top bit of the first two saying that more follow; returns how many bytes.
    /// </summary>
    public static int WriteLength(int length, Span<byte> output)
    {
        output[0] = (byte)(length & 0x7F);
        if (length < 1 << 7)
        {
            return 1;
        }

        output[0] |= 0x80;
        output[1] = (byte)((length >> 7) & 0x7F);
        if (length < 1 << 14)
        {
            return 2;
        }

        output[1] |= 0x80;
        output[2] = (byte)(length >> 14);
        return 3;
    }
}
