using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Umbra.Testing;

/// <summary>A new pseudo-terminal in raw mode, found under a name of the test's choice: what a serial device looks like to a program. Gone when disposed, as a pulled plug.</summary>
internal sealed unsafe partial class PseudoTerminal : IDisposable
{
    private const int ReadWrite = 2;
    private const int NoControllingTerminal = 0x100;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int SettingsBytes = 256;
    private const int NameBytes = 64;
    private const int MomentMilliseconds = 10;
    private const short Readable = 1;
    private const short Writable = 4;
    private readonly string _link;
    private readonly SafeFileHandle _master;
    private readonly SafeFileHandle _device;

    /// <param name="link">A symbolic link to the device is made here.</param>
    public PseudoTerminal(string link)
    {
        _link = link;
        _master = new SafeFileHandle(OpenMaster(ReadWrite | NoControllingTerminal | NonBlocking | CloseOnExec), ownsHandle: true);
        byte* name = stackalloc byte[NameBytes];
        Check(Grant(_master));
        Check(Unlock(_master));
        Check(NameOf(_master, name, NameBytes));
        string path = Marshal.PtrToStringUTF8((nint)name)!;

        // Held open, so that what nobody reads is not an error for us; and raw at once, or it would echo before a program has opened it.
        _device = new SafeFileHandle(Open(path, ReadWrite | NoControllingTerminal | CloseOnExec), ownsHandle: true);
        byte* settings = stackalloc byte[SettingsBytes];
        Check(GetSettings(_device, settings));
        MakeRaw(settings);
        Check(SetSettings(_device, 0, settings));
        File.CreateSymbolicLink(link, path);
    }

    /// <summary>Takes what a program has written to the device, without waiting.</summary>
    /// <returns>How many bytes; 0: none now, or it is pulled.</returns>
    public int Read(Span<byte> bytes) => Do(bytes, &Read);

    /// <summary>Gives a program bytes to read from the device, without waiting.</summary>
    /// <returns>How many were taken; 0: its buffer is full, or it is pulled.</returns>
    public int Write(Span<byte> bytes) => Do(bytes, &Write);

    /// <summary>Waits a moment until there is something to read, or room to write.</summary>
    public void Wait(bool toWrite)
    {
        bool isHeld = false;
        try
        {
            _master.DangerousAddRef(ref isHeld);
            PollEntry entry = new((int)_master.DangerousGetHandle(), toWrite ? Writable : Readable, 0);
            _ = Poll(&entry, 1, MomentMilliseconds);
        }
        catch (ObjectDisposedException)
        {
        }
        finally
        {
            if (isHeld)
            {
                _master.DangerousRelease();
            }
        }
    }

    public void Dispose()
    {
        File.Delete(_link);
        _device.Dispose();
        _master.Dispose();
    }

    private int Do(Span<byte> bytes, delegate*<SafeFileHandle, byte*, nint, nint> call)
    {
        try
        {
            fixed (byte* first = bytes)
            {
                return (int)Math.Max(0, call(_master, first, bytes.Length));
            }
        }
        catch (ObjectDisposedException)
        {
            return 0;
        }
    }

    private static void Check(int result)
    {
        if (result != 0)
        {
            throw new IOException($"no pseudo-terminal: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_openpt", SetLastError = true)]
    private static partial int OpenMaster(int flags);

    [LibraryImport("libc", EntryPoint = "grantpt", SetLastError = true)]
    private static partial int Grant(SafeFileHandle master);

    [LibraryImport("libc", EntryPoint = "unlockpt", SetLastError = true)]
    private static partial int Unlock(SafeFileHandle master);

    [LibraryImport("libc", EntryPoint = "ptsname_r", SetLastError = true)]
    private static partial int NameOf(SafeFileHandle master, byte* name, nint length);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    private static partial int GetSettings(SafeFileHandle device, byte* settings);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void MakeRaw(byte* settings);

    [LibraryImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
    private static partial int SetSettings(SafeFileHandle device, int when, byte* settings);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(SafeFileHandle file, byte* bytes, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFileHandle file, byte* bytes, nint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollEntry* entries, nint count, int milliseconds);

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private record struct PollEntry(int File, short Events, short Happened);
}
