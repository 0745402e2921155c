using System.Buffers;
using System.Runtime.InteropServices;
using Umbra.Core.Memory;

namespace Umbra.Sessions.Sources.X11;

/// <summary>
/// System V shared memory. Marked for removal as soon as it is there, which on Linux keeps nobody from attaching it by its number: it goes when the last of
/// those who have it lets go or dies. Not of the pool, but charged there.
/// </summary>
internal sealed unsafe partial class XSegment : MemoryManager<byte>
{
    private const int Private = 0;
    private const int CreateForOwner = 0x200 | 0x180;
    private const int Remove = 0;
    private static readonly nint Failed = -1;
    private readonly ForeignCharge _charge;
    private readonly int _length;
    private nint _start;

    private XSegment(ForeignCharge charge, int id, nint start, int length) => (_charge, Id, _start, _length) = (charge, id, start, length);

    public int Id { get; }

    /// <summary>Null where the system gives none, or the account has not that much left.</summary>
    public static XSegment? TryCreate(BufferPool pool, Account account, int length)
    {
        if (!OperatingSystem.IsLinux() || pool.TryCharge(length, BufferTag.SharedPixels, account) is not { } charge)
        {
            return null;
        }

        int id = Get(Private, (nuint)length, CreateForOwner);
        nint start = id < 0 ? Failed : Attach(id, 0, 0);
        if (id >= 0)
        {
            _ = Control(id, Remove, 0);
        }

        if (start == Failed)
        {
            charge.Dispose();
            return null;
        }

        return new XSegment(charge, id, start, length);
    }

    /// <summary>Empty once disposed.</summary>
    public override Span<byte> GetSpan() => new((void*)_start, _start == 0 ? 0 : _length);

    public override MemoryHandle Pin(int elementIndex = 0) => new((byte*)_start + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
        nint start = Interlocked.Exchange(ref _start, 0);
        if (start != 0)
        {
            _ = Detach(start);
            _charge.Dispose();
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
