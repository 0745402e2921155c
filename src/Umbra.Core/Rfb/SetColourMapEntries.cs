using System.Buffers;
using System.Buffers.Binary;

namespace Umbra.Core.Rfb;

/// <summary>
/// Server to client (RFC 6143, 7.6.2): U8 type 1, 1 byte padding, U16 first-colour, U16 number-of-colours, then per colour U16 red, U16
/// green, U16 blue.
/// </summary>
public readonly record struct SetColourMapEntries(ushort FirstColour, ushort Count)
{
    public const int HeaderSize = 6;

    private const int EntrySize = 6;

    /// <summary>Bytes of the colours that follow the header. We ask for true colour, so nobody keeps them.</summary>
    public int BodySize => Count * EntrySize;

    public static bool TryReadHeader(ref SequenceReader<byte> reader, out SetColourMapEntries message)
    {
        Span<byte> wire = stackalloc byte[HeaderSize];
        bool isThere = reader.TryTake(wire);
        message = new SetColourMapEntries(BinaryPrimitives.ReadUInt16BigEndian(wire[2..]), BinaryPrimitives.ReadUInt16BigEndian(wire[4..]));
        return isThere;
    }

    /// <param name="colours">0x00RRGGBB each.</param>
    public static void Write(IBufferWriter<byte> output, ushort firstColour, ReadOnlySpan<uint> colours)
    {
        Span<byte> wire = stackalloc byte[HeaderSize];
        wire[0] = (byte)ServerMessageType.SetColourMapEntries;
        BinaryPrimitives.WriteUInt16BigEndian(wire[2..], firstColour);
        BinaryPrimitives.WriteUInt16BigEndian(wire[4..], checked((ushort)colours.Length));
        output.Write(wire);
        foreach (uint colour in colours)
        {
            // 8 bits become 16 by saying them twice: 0xFF is 0xFFFF.
            byte red = (byte)(colour >> 16);
            byte green = (byte)(colour >> 8);
            byte blue = (byte)colour;
            output.Write<byte>([red, red, green, green, blue, blue]);
        }
    }
}
