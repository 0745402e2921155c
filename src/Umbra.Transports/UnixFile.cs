using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

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
    private const uint ModeMask = 2;
    private const uint OwnerMask = 8;
    private const ushort DirectoryFormat = 0x4000;
    private const ushort Sticky = 0x200;

    /// <summary>Group and everybody.</summary>
    private const ushort OthersMayWrite = 0x12;
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

    /// <summary>
    /// Null where nobody but root and the user of this process can change an open file, nor put another in its place: they own it and all folders above it, and only they may
    /// write there (or, in a folder such as /tmp, only to what is their own). Else who can, for people. Elsewhere than on Linux: null.
    /// </summary>
    public static string? WhoElseMayChange(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        byte* buffer = stackalloc byte[StatxSize];
        for (string? place = File.ResolveLinkTarget($"/proc/self/fd/{file.DangerousGetHandle()}", returnFinalTarget: false)?.FullName ?? "?"; place is not null; place = Path.GetDirectoryName(place))
        {
            if (Statx(CurrentDirectory, place, 0, TypeMask | ModeMask | OwnerMask, buffer) != 0)
            {
                return $"nobody knows who may write to {place}";
            }

            uint owner = *(uint*)(buffer + OwnerOffset);
            ushort mode = *(ushort*)(buffer + ModeOffset);
            bool isShared = (mode & OthersMayWrite) != 0 && ((mode & FormatMask) != DirectoryFormat || (mode & Sticky) == 0);
            if (isShared || (owner != 0 && owner != EffectiveUser()))
            {
                return isShared ? $"others than its owner may write to {place}" : $"{place} is owned by user {owner}";
            }
        }

        return null;
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, byte* buffer);
}
