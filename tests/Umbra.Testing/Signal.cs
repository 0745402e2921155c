using System.Runtime.InteropServices;

namespace Umbra.Testing;

/// <summary>Linux signal numbers.</summary>
public enum Signal
{
    Interrupt = 2,
    Kill = 9,
    User1 = 10,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}

internal static partial class Signals
{
    /// <summary>To one process, or to a whole group where <paramref name="pid"/> is negative. False where there is none.</summary>
    public static bool Send(int pid, Signal signal) => kill(pid, (int)signal) == 0;

    public static bool Exists(int pid) => kill(pid, 0) == 0;

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);
}
