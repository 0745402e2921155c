using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Umbra.Transports.Serial;

/// <summary>
/// Keeps a line for one user. That a terminal is opened exclusively does not stop root, who would take half of another's bytes; a lock on its file does, as long
/// as it is a program that asks for it. Its file also tells when the device has gone, which who reads from it does not always hear of.
/// </summary>
internal sealed unsafe partial class LineLock : IDisposable
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
    private const short HangUp = 0x10 | 0x08;
    private readonly SafeFileHandle _file;

    private LineLock(SafeFileHandle file) => _file = file;

    /// <summary>The device is not there any more.</summary>
    public bool HasHungUp
    {
        get
        {
            PollEntry entry = new((int)_file.DangerousGetHandle(), 0, 0);
            return Poll(&entry, 1, 0) > 0 && (entry.Happened & HangUp) != 0;
        }
    }

    /// <returns>Holds the lock until it is disposed; null where the system lets only one open a line anyway.</returns>
    /// <exception cref="TransportException">It is not there, not ours, or in use; the message says what to do.</exception>
    public static LineLock? Take(string path)
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
            throw error switch
            {
                NoSuchFile => new TransportException(TransportError.Unreachable, $"there is no device {path}"),
                NoAccess => new TransportException(TransportError.Denied, $"no permission to open {path}: add the user to the group that owns it, most often 'dialout'"),
                Busy or WouldBlock => new TransportException(TransportError.InUse, $"{path} is in use by another program"),
                _ => new TransportException(TransportError.Unreachable, $"cannot open {path}: {Marshal.GetPInvokeErrorMessage(error)}"),
            };
        }

        return new LineLock(file);
    }

    public void Dispose() => _file.Dispose();

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Lock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(PollEntry* entries, nint count, int milliseconds);

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private record struct PollEntry(int File, short Events, short Happened);
}
