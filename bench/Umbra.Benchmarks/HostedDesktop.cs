namespace Umbra.Benchmarks;

/// <summary>The X server of a desktop that a node hosts, as the programs on it find it.</summary>
/// <param name="Display">DISPLAY and XAUTHORITY.</param>
internal sealed record HostedDesktop(IReadOnlyDictionary<string, string?> Display)
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    /// <summary>What to run in a desktop so that it can be found: writes its environment to a file and stays.</summary>
    public static IReadOnlyList<string> Command(string file) => ["sh", "-c", $"env >{file}.new; mv {file}.new {file}; exec sleep infinity"];

    /// <summary>Waits for the file of a desktop that runs <see cref="Command"/>.</summary>
    public static async Task<HostedDesktop> FindAsync(string file)
    {
        using CancellationTokenSource patience = new(StartTimeout);
        while (!File.Exists(file))
        {
            await Task.Delay(50, patience.Token);
        }

        Dictionary<string, string?> display = [];
        foreach (string line in await File.ReadAllLinesAsync(file, patience.Token))
        {
            if (line.Split('=', 2) is [("DISPLAY" or "XAUTHORITY") and var name, var value])
            {
                display[name] = value;
            }
        }

        return new HostedDesktop(display);
    }

    /// <summary>The process id of its X server.</summary>
    public int FindXvnc() => Directory.GetDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), out int pid) ? pid : 0)
        .First(pid => pid > 0 && CommandLine(pid) is [var program, .. var arguments]
            && program.Contains("vnc", StringComparison.OrdinalIgnoreCase) && arguments.Contains(Display["XAUTHORITY"]));

    private static string[] CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
