using System.Runtime.InteropServices;

namespace Umbra.Sessions.Sources.X11;

/// <summary>
/// System V shared memory. Marked for removal as soon as it is there, which on Linux keeps nobody from attaching it by its number: it goes when the last of
/// those who have it lets go or dies.
/// </summary>
internal sealed unsafe partial class XSegment : IDisposable
{
    private const int Private = 0;
    private const int CreateForOwner = 0x200 | 0x180;
    private const int Remove = 0;
    private static readonly nint Failed = -1;
    private nint _start;

    private XSegment(int id, nint start, int length) => (Id, _start, Length) = (id, start, length);

    public int Id { get; }

    public int Length { get; }

    /// <summary>Valid until disposed.</summary>
    public Span<byte> Bytes => new((void*)_start, _start == 0 ? 0 : Length);

    /// <summary>Null where the system gives none.</summary>
    public static XSegment? TryCreate(int length)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        int id = Get(Private, (nuint)length, CreateForOwner);
        if (id < 0)
        {
            return null;
        }

        nint start = Attach(id, 0, 0);
        _ = Control(id, Remove, 0);
        return start == Failed ? null : new XSegment(id, start, length);
    }

    public void Dispose()
    {
        if (_start != 0)
        {
            _ = Detach(_start);
            _start = 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "shmget")]
    private static partial int Get(int key, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "shmat")]
    private static partial nint Attach(int id, nint address, int flags);

    [LibraryImport("libc", EntryPoint = "shmdt")]
    private static partial int Detach(nint start);

    [LibraryImport("libc", EntryPoint = "shmctl")]
    private static partial int Control(int id, int command, nint buffer);
}
