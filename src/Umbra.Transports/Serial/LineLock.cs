using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Umbra.Transports.Serial;

/// <summary>
/// Keeps a line for one user. That a terminal is opened exclusively does not stop root, who would take half of another's bytes; a lock on its file does, as long
/// as it is a program that asks for it.
/// </summary>
internal static partial class LineLock
{
    private const int ReadWrite = 2;
    private const int NoControllingTerminal = 0x100;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int Exclusive = 2;
    private const int DoNotWait = 4;
    private const int NoSuchFile = 2;
    private const int WouldBlock = 11;
    private const int NoAccess = 13;
    private const int Busy = 16;

    /// <returns>Holds the lock until it is disposed; null where the system lets only one open a line anyway.</returns>
    /// <exception cref="IOException">It is not there, not ours, or in use; the message says what to do.</exception>
    public static SafeFileHandle? Take(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        // Not blocking: else it would wait for a carrier that a line without modem never has.
        SafeFileHandle file = new(Open(path, ReadWrite | NoControllingTerminal | NonBlocking | CloseOnExec), ownsHandle: true);
        if (file.IsInvalid || Lock(file, Exclusive | DoNotWait) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            file.Dispose();
            throw new IOException(error switch
            {
                NoSuchFile => $"there is no device {path}",
                NoAccess => $"no permission to open {path}: add the user to the group that owns it, most often 'dialout'",
                Busy or WouldBlock => $"{path} is in use by another program",
                _ => $"cannot open {path}: {Marshal.GetPInvokeErrorMessage(error)}",
            });
        }

        return file;
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Lock(SafeFileHandle file, int operation);
}
