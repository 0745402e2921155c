using System.Buffers.Binary;

namespace Umbra.Testing;

/// <summary>
/// Reads what xwd writes (XWDFile.h, version 7): a header of 25 big-endian 32-bit numbers, the window's name up to header_size, ncolors
/// entries of 12 bytes, then the rows. Only true-colour pictures of 32 bits a pixel.
/// </summary>
public static class XwdFile
{
    private const int Version = 7;
    private const int ColourSize = 12;

    /// <exception cref="InvalidDataException">Not such a picture.</exception>
    public static BgrxImage Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < 100 || Field(file, 1) != Version || Field(file, 11) != 32
            || Field(file, 14) != 0xFF0000 || Field(file, 16) != 0xFF)
        {
            throw new InvalidDataException("not a 32-bit true-colour xwd picture");
        }

        int width = (int)Field(file, 4);
        int height = (int)Field(file, 5);
        bool isBigEndian = Field(file, 7) != 0;
        int stride = (int)Field(file, 12);
        ReadOnlySpan<byte> rows = file[(int)(Field(file, 0) + (Field(file, 19) * ColourSize))..];
        byte[] pixels = new byte[width * height * 4];
        for (int i = 0; i < width * height; i++)
        {
            ReadOnlySpan<byte> pixel = rows.Slice((i / width * stride) + (i % width * 4), 4);
            uint value = isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(pixel) : BinaryPrimitives.ReadUInt32LittleEndian(pixel);
            BinaryPrimitives.WriteUInt32LittleEndian(pixels.AsSpan(i * 4), value & 0xFFFFFF);
        }

        return new BgrxImage(width, height, pixels);
    }

    private static uint Field(ReadOnlySpan<byte> file, int index) => BinaryPrimitives.ReadUInt32BigEndian(file[(index * 4)..]);
}
