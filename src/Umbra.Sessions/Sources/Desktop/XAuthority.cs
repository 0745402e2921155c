using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Umbra.Sessions.Sources.Desktop;

/// <summary>
/// An X authority file with one secret for whatever display: U16 family (0xFFFF: any host), then four counted (U16) strings: address and
/// display number (both
/// empty: any), the name MIT-MAGIC-COOKIE-1, 16 random bytes. So it can be written before the X server has found its display number.
/// </summary>
internal static class XAuthority
{
    private const ushort AnyHost = 0xFFFF;
    private const int SecretSize = 16;

    public static byte[] Create()
    {
        ArrayBufferWriter<byte> entry = new();
        WriteU16(entry, AnyHost);
        WriteCounted(entry, ""u8);
        WriteCounted(entry, ""u8);
        WriteCounted(entry, "MIT-MAGIC-COOKIE-1"u8);
        WriteCounted(entry, RandomNumberGenerator.GetBytes(SecretSize));
        return entry.WrittenSpan.ToArray();
    }

    private static void WriteCounted(ArrayBufferWriter<byte> entry, ReadOnlySpan<byte> text)
    {
        WriteU16(entry, (ushort)text.Length);
        entry.Write(text);
    }

    private static void WriteU16(ArrayBufferWriter<byte> entry, ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(entry.GetSpan(2), value);
        entry.Advance(2);
    }
}
