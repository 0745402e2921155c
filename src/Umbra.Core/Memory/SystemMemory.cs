using System.Runtime.InteropServices;

namespace Umbra.Core.Memory;

/// <summary>
/// Gives the pages of an array that nobody uses any more back to the system at once. The collector would do it by itself only in a collection that stops everybody for as
/// long as that takes (measured: 0.4 s for a gigabyte), so that a node that is idle after a burst would keep the burst's memory. The array stays what it is: the
/// collector takes it in its own time, and whoever still wrote to it would get an empty page.
/// </summary>
internal static partial class SystemMemory
{
    private const int DontNeed = 4;

    /// <param name="pinned">On the pinned heap. Its content is lost.</param>
    public static unsafe void GiveBack(byte[] pinned)
    {
        // Elsewhere it is left to the collector.
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        fixed (byte* start = pinned)
        {
            // Whole pages alone: what is beside the array is others'.
            nuint page = (nuint)Environment.SystemPageSize;
            nuint first = ((nuint)start + page - 1) / page * page;
            nuint end = ((nuint)start + (nuint)pinned.Length) / page * page;
            if (end > first)
            {
                _ = Advise(first, end - first, DontNeed);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nuint address, nuint length, int advice);
}
