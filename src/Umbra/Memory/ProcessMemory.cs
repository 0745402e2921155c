using System.Globalization;
using System.Runtime.InteropServices;

namespace Umbra.Memory;

/// <summary>What there is for this process, and what it takes.</summary>
/// <param name="Bytes">The container's limit, else the machine's memory; null where neither can be read.</param>
/// <param name="Unreadable">What could not be read.</param>
internal sealed partial record ProcessMemory(long? Bytes, IReadOnlyList<string> Unreadable)
{
    public static ProcessMemory Read(string root = "/")
    {
        List<string> unreadable = [];
        long? machine = ReadField(Path.Combine(root, "proc/meminfo"), "MemTotal:", unreadable.Add);
        long? container = ContainerLimit.Read(root, unreadable.Add);
        return new ProcessMemory(container < machine || machine is null ? container : machine, unreadable);
    }

    /// <summary>Bytes of this process in memory now, shared program files among them.</summary>
    public static long Resident => Environment.WorkingSet;

    /// <summary>
    /// Holds the runtime to its parts of the plan. By itself it would let the heap, garbage and all, take three quarters of a container, whatever else is in
    /// there, or all of a machine; and start threads by the thousand.
    /// </summary>
    public static void Hold(MemoryPlan plan)
    {
        AppContext.SetData("GCHeapHardLimit", (ulong)plan.HeapLimit);
        GC.RefreshMemoryLimit();
        ThreadPool.SetMaxThreads(plan.Threads, plan.Threads);
    }

    /// <summary>
    /// Garbage goes, and the room it took back to the system, which the runtime else does when it needs room the next time; so does what codecs and TLS have given back to the
    /// C library, which keeps it. Stops everybody for some 20 ms: for when nobody looks.
    /// </summary>
    public static void GiveBack()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        try
        {
            _ = TrimNativeHeap(0);
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or DllNotFoundException)
        {
            // Not glibc, or not Linux: that library does as it likes.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int TrimNativeHeap(nuint pad);

    private static long? ReadField(string file, string name, Action<string> unreadable)
    {
        try
        {
            string? line = File.ReadLines(file).FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal));
            string number = line?[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim() ?? "";
            return long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long kib) ? kib * 1024 : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            unreadable(exception.Message);
            return null;
        }
    }
}
