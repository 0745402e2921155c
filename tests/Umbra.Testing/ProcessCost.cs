using System.Globalization;

namespace Umbra.Testing;

/// <summary>
/// What a process takes of the machine (from /proc): resident bytes, threads, open file descriptors, processor time so far.
/// </summary>
public readonly record struct ProcessCost(long ResidentBytes, int Threads, int FileDescriptors, TimeSpan ProcessorTime)
{
    private const int TicksPerSecond = 100;

    /// <exception cref="IOException">The process is gone.</exception>
    public static ProcessCost Read(int pid)
    {
        string[] status = File.ReadAllLines($"/proc/{pid}/status");
        string stat = File.ReadAllText($"/proc/{pid}/stat");
        string[] afterName = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        long ticks = long.Parse(afterName[11], CultureInfo.InvariantCulture) + long.Parse(afterName[12], CultureInfo.InvariantCulture);
        return new ProcessCost(
            Field(status, "VmRSS:") * 1024,
            (int)Field(status, "Threads:"),
            Directory.GetFileSystemEntries($"/proc/{pid}/fd").Length,
            TimeSpan.FromSeconds((double)ticks / TicksPerSecond));
    }

    private static long Field(string[] status, string name)
    {
        string line = status.First(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }
}
