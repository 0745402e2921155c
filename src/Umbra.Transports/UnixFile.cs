using System.Runtime.InteropServices;

namespace Umbra.Transports;

/// <summary>What .NET does not say about a file.</summary>
internal static unsafe partial class UnixFile
{
    private const int CurrentDirectory = -100;
    private const int NoFollow = 0x100;
    private const uint TypeMask = 1;
    private const int StatxSize = 256;
    private const int OwnerOffset = 20;
    private const int ModeOffset = 28;
    private const uint OwnerMask = 8;
    private const UnixFileMode Strangers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const ushort FormatMask = 0xF000;
    private const ushort SocketFormat = 0xC000;

    /// <summary>Whether the file itself, not what it links to, is a socket. Elsewhere than on Linux: assumed.</summary>
    public static bool IsSocket(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return true;
        }

        // struct statx has the same layout on every machine, unlike struct stat.
        byte* buffer = stackalloc byte[StatxSize];
        return Statx(CurrentDirectory, path, NoFollow, TypeMask, buffer) == 0
            && (*(ushort*)(buffer + ModeOffset) & FormatMask) == SocketFormat;
    }

    /// <summary>Null where nobody but root and the user of this process may write a file, or into a directory; else who may, for people. Elsewhere than on Linux: assumed.</summary>
    public static string? WhoElseMayWrite(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        byte* buffer = stackalloc byte[StatxSize];
        if (Statx(CurrentDirectory, path, 0, OwnerMask, buffer) != 0)
        {
            return "nobody knows who";
        }

        uint owner = *(uint*)(buffer + OwnerOffset);
        return owner != 0 && owner != EffectiveUser() ? $"user {owner} owns it" : (File.GetUnixFileMode(path) & Strangers) != 0 ? "others than its owner may write there" : null;
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, byte* buffer);
}
