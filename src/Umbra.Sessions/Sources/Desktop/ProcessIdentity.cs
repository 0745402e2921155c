using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;

namespace Umbra.Sessions.Sources.Desktop;

/// <summary>
/// A process that may outlive us, known by more than its number: numbers are used again. Start time in clock ticks since the boot of
/// <paramref name="BootId"/>, as /proc tells it.
/// </summary>
internal readonly partial record struct ProcessIdentity(int Pid, long StartTicks, string BootId)
{
    public const int Terminate = 15;
    public const int Kill = 9;
    private const int StateField = 0;
    private const int StartField = 19;
    private static readonly TimeSpan PollPause = TimeSpan.FromMilliseconds(20);

    /// <summary>Whether that very process still runs.</summary>
    [JsonIgnore]
    public bool IsAlive => Of(Pid) == this;

    /// <summary>The process that has this number now; null where there is none or it has ended already.</summary>
    public static ProcessIdentity? Of(int pid)
    {
        try
        {
            // "pid (name) state ppid ...": the name may hold anything, so count from its closing bracket.
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[StateField] is "Z" or "X" ? null
                : new ProcessIdentity(pid, long.Parse(fields[StartField], CultureInfo.InvariantCulture), ReadBootId());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// Asks the process and its group to end, and makes them after <paramref name="patience"/>. It leads a group of its own.
    /// </summary>
    public async Task EndGroupAsync(TimeSpan patience)
    {
        if (!IsAlive)
        {
            return;
        }

        _ = SendSignal(-Pid, Terminate);
        if (!await EndsWithinAsync(patience))
        {
            _ = SendSignal(-Pid, Kill);

            // A killed process is gone in a moment, unless it hangs in the kernel: then nobody can do more.
            await EndsWithinAsync(TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>
    /// Waits until the process has ended, at most that long. Not our child, it sends us no signal: hence the looking again and again.
    /// </summary>
    public async Task<bool> EndsWithinAsync(TimeSpan patience)
    {
        for (TimeSpan waited = default; IsAlive; waited += PollPause)
        {
            if (waited >= patience)
            {
                return false;
            }

            await Task.Delay(PollPause);
        }

        return true;
    }

    private static string ReadBootId() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);
}
