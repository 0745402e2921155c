namespace Umbra.Sessions.Sources.Desktop;

/// <summary>The private directory of a desktop and what lies in it.</summary>
internal sealed class DesktopFiles(string directory)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string XAuthority { get; } = Path.Combine(directory, "xauthority");

    public string State { get; } = Path.Combine(directory, "state.json");

    public string ServerLog { get; } = Path.Combine(directory, "xvnc.log");

    public string SessionLog { get; } = Path.Combine(directory, "session.log");

    /// <summary>Makes the directory, or closes it to others where it is there already.</summary>
    /// <exception cref="DesktopException">The system is not one with Unix sockets and modes.</exception>
    public void Prepare()
    {
        if (OperatingSystem.IsWindows())
        {
            throw new DesktopException("desktops are hosted on Linux only");
        }

        Directory.CreateDirectory(directory, OwnerOnly | UnixFileMode.UserExecute);
        File.SetUnixFileMode(directory, OwnerOnly | UnixFileMode.UserExecute);
    }

    /// <summary>Writes a file that only its owner can read, in one step.</summary>
    public static void WritePrivate(string path, ReadOnlySpan<byte> content)
    {
        string unfinished = path + ".new";
        File.Delete(unfinished);
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using (FileStream file = new(unfinished, options))
        {
            file.Write(content);
        }

        File.Move(unfinished, path, overwrite: true);
    }

    /// <summary>Removes what must not outlive the desktop; logs stay.</summary>
    public void RemoveTraces()
    {
        foreach (string path in (string[])[XAuthority, State])
        {
            if (Directory.Exists(directory))
            {
                File.Delete(path);
            }
        }
    }

    /// <summary>Removes everything, logs included: the desktop ended because somebody wanted it to.</summary>
    public void RemoveAll()
    {
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>The last lines of a log, for an error message.</summary>
    public static string Tail(string log) => File.Exists(log)
        ? string.Join('\n', File.ReadLines(log).Where(line => line.Trim() is not ("" or "(EE)")).TakeLast(5))
        : "";
}
