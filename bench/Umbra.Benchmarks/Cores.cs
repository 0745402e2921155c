using System.Globalization;
using System.Runtime.InteropServices;
using Umbra.Testing;

namespace Umbra.Benchmarks;

/// <summary>The first core for who serves, the others for who looks and who draws, so that many viewers do not take the server's time.</summary>
internal static partial class Cores
{
    public const string Serving = "0";

    /// <summary>Whether there is more than one core, and the program that deals them out.</summary>
    public static bool AreSplit => Environment.ProcessorCount > 1 && File.Exists("/usr/bin/taskset");

    /// <summary>All cores but the first; as this process began.</summary>
    public static string Others { get; } = Environment.ProcessorCount > 2 ? string.Create(CultureInfo.InvariantCulture, $"1-{Environment.ProcessorCount - 1}") : "1";

    /// <summary>Keeps all threads of a process, and what it starts from now on, on some cores.</summary>
    /// <returns>False where it could not be.</returns>
    public static async Task<bool> PinAsync(string cores, int pid) =>
        AreSplit && (await ExternalProcess.RunAsync("taskset", ["-apc", cores, pid.ToString(CultureInfo.InvariantCulture)])).ExitCode == 0;

    /// <summary>A command that runs away from who serves.</summary>
    public static IReadOnlyList<string> Elsewhere(params IReadOnlyList<string> command) => AreSplit ? ["taskset", "-c", Others, .. command] : command;

    /// <summary>Lets this thread go before others of its core, where the system allows it: who measures must not wait for those who make the load.</summary>
    public static void GoFirst() => _ = SetPriority(which: 0, who: 0, nice: -10);

    /// <summary>On Linux "the process" that it takes is the calling thread.</summary>
    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int nice);
}
