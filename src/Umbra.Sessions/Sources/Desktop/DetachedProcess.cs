using System.Diagnostics;

namespace Umbra.Sessions.Sources.Desktop;

/// <summary>Starts programs in a session and process group of their own, so that they outlive this process and its terminal.</summary>
internal static class DetachedProcess
{
    // $0 is the log; file descriptor 3 is what we read from. setsid does not fork: the shell leads no group.
    private const string Script = "exec setsid \"$@\" 3>&1 >\"$0\" 2>&1 </dev/null";

    /// <summary>
    /// The caller disposes the result, which does not end the program. What it writes to file descriptor 3 comes from its StandardOutput.
    /// </summary>
    public static Process Start(string log, IEnumerable<string> command, IReadOnlyDictionary<string, string?> environment)
    {
        ProcessStartInfo start = new("/bin/sh") { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (string argument in (string[])["-c", Script, log, .. command])
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string name, string? value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
