using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Umbra.Sessions.Sources.X11;

/// <summary>
/// X authority files, a row of entries: U16 family, then four counted (U16) strings: address, display number in digits, name of the method, data. All
/// numbers big-endian. An empty number means any display; of the methods only MIT-MAGIC-COOKIE-1, 16 random bytes, is known here.
/// </summary>
public static class XAuthority
{
    private const ushort AnyHost = 0xFFFF;
    private const ushort LocalHost = 256;
    private const int SecretSize = 16;

    internal static ReadOnlySpan<byte> Method => "MIT-MAGIC-COOKIE-1"u8;

    /// <summary>Where programs look: $XAUTHORITY, else .Xauthority in the home directory.</summary>
    public static string DefaultPath => Environment.GetEnvironmentVariable("XAUTHORITY") is { Length: > 0 } path ? path
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".Xauthority");

    /// <summary>A file with one secret for whatever display, so that it can be written before the X server has found its number.</summary>
    internal static byte[] Create()
    {
        ArrayBufferWriter<byte> entry = new();
        WriteU16(entry, AnyHost);
        WriteCounted(entry, ""u8);
        WriteCounted(entry, ""u8);
        WriteCounted(entry, Method);
        WriteCounted(entry, RandomNumberGenerator.GetBytes(SecretSize));
        return entry.WrittenSpan.ToArray();
    }

    /// <summary>The secret of a display; null where the file is not there, which a server may be content with.</summary>
    /// <param name="display">Null: the display's number is not known, and any entry will do.</param>
    /// <exception cref="X11Exception">The file cannot be read.</exception>
    internal static byte[]? Load(string path, int? display)
    {
        try
        {
            FileInfo file = new(path);
            return !file.Exists ? null
                : file.Length > XLimits.MaxAuthorityBytes ? throw new X11Exception($"{path} is too long for an x authority file")
                : Find(File.ReadAllBytes(path), display, Environment.MachineName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new X11Exception($"cannot read the x authority file: {e.Message}", e);
        }
    }

    /// <summary>This machine's entry for the display before one of any machine before another's; what follows a broken entry is not read.</summary>
    internal static byte[]? Find(ReadOnlySpan<byte> file, int? display, string host)
    {
        byte[]? found = null;
        int best = 0;
        while (TryReadU16(ref file, out ushort family) && TryReadCounted(ref file, out ReadOnlySpan<byte> address)
            && TryReadCounted(ref file, out ReadOnlySpan<byte> number) && TryReadCounted(ref file, out ReadOnlySpan<byte> method)
            && TryReadCounted(ref file, out ReadOnlySpan<byte> data))
        {
            bool isForDisplay = display is not { } wanted || number.IsEmpty
                || Encoding.ASCII.GetString(number) == wanted.ToString(CultureInfo.InvariantCulture);
            int worth = !isForDisplay || !method.SequenceEqual(Method) || data.Length != SecretSize ? 0
                : family == LocalHost && Encoding.UTF8.GetString(address) == host ? 3
                : family == AnyHost ? 2
                : 1;
            if (worth > best)
            {
                (found, best) = (data.ToArray(), worth);
            }
        }

        return found;
    }

    private static bool TryReadCounted(ref ReadOnlySpan<byte> file, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (!TryReadU16(ref file, out ushort length) || file.Length < length)
        {
            return false;
        }

        text = file[..length];
        file = file[length..];
        return true;
    }

    private static bool TryReadU16(ref ReadOnlySpan<byte> file, out ushort value)
    {
        if (!BinaryPrimitives.TryReadUInt16BigEndian(file, out value))
        {
            return false;
        }

        file = file[2..];
        return true;
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
