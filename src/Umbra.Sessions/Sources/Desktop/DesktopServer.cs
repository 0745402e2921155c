using System.Diagnostics;
using System.Globalization;
using Umbra.Sessions.Sources.X11;

namespace Umbra.Sessions.Sources.Desktop;

/// <summary>Starts, finds again and ends the X server and the programs of one desktop.</summary>
internal sealed class DesktopServer(DesktopOptions options)
{
    /// <summary>
    /// A window manager if there is one, and a terminal if there is one, in this order: a window that appears while openbox starts can stay
    /// unseen.
    /// </summary>
    private const string DefaultCommand = """
        command -v xsetroot >/dev/null && xsetroot -solid '#2b3a4a'
        for terminal in xterm x-terminal-emulator ''; do command -v $terminal >/dev/null && break; done
        command -v openbox >/dev/null && exec openbox ${terminal:+--startup $terminal}
        for manager in xfwm4 icewm fluxbox twm; do
            if command -v $manager >/dev/null; then $manager & sleep 1; break; fi
        done
        $terminal &
        wait
        """;

    // What the X server needed to tell us its number by is nothing to the programs.
    private const string CloseNumberPipe = "exec 3>&-\n";

    public DesktopFiles Files { get; } = new(options.Directory);

    /// <summary>The desktop that runs in the directory; null where there is none.</summary>
    public DesktopState? Find() => DesktopState.Load(Files.State) is { Session: not null } state && state.Server.IsAlive ? state : null;

    /// <exception cref="DesktopException">It cannot be started.</exception>
    public async Task<DesktopState> FindOrStartAsync(CancellationToken cancellationToken)
    {
        if (Find() is { } running)
        {
            return running;
        }

        string program = FindProgram();
        await StopAsync();
        Files.Prepare();
        DesktopFiles.WritePrivate(Files.XAuthority, XAuthority.Create());
        DesktopState state = await StartServerAsync(program, cancellationToken);
        state = state with { Session = StartSession(state.Display) };
        state.Save(Files.State);
        return state;
    }

    /// <summary>Ends the programs, then the X server, and removes what they left. Does nothing where nothing runs.</summary>
    public async Task StopAsync()
    {
        if (DesktopState.Load(Files.State) is { } state)
        {
            await (state.Session?.EndGroupAsync(options.StopTimeout) ?? Task.CompletedTask);
            await state.Server.EndGroupAsync(options.StopTimeout);
        }

        Files.RemoveTraces();
    }

    private string FindProgram()
    {
        string[] places = options.Xvnc.Contains('/', StringComparison.Ordinal)
            ? [options.Xvnc]
            : [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(directory => Path.Combine(directory, options.Xvnc))];
        return places.FirstOrDefault(File.Exists) ?? throw new DesktopException(
            $"{options.Xvnc} is not installed. It hosts desktops and comes with TigerVNC's server: "
            + "apt install tigervnc-standalone-server (Debian, Ubuntu) or dnf install tigervnc-server (Fedora)");
    }

    private async Task<DesktopState> StartServerAsync(string program, CancellationToken cancellationToken)
    {
        string[] command =
        [
            program, "-displayfd", "3", "-rfbport", "-1", "-SecurityTypes", "None",
            "-geometry", options.Size.ToString(), "-depth", "24", "-desktop", options.Name, "-auth", Files.XAuthority, "-nolisten", "tcp",
            "-noreset",
        ];
        using Process process = DetachedProcess.Start(Files.ServerLog, command, new Dictionary<string, string?>());
        ProcessIdentity identity = ProcessIdentity.Of(process.Id) ?? throw Failed();
        DesktopState state = new(identity, -1, Files.XAuthority, null);
        state.Save(Files.State);
        using CancellationTokenSource starting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        starting.CancelAfter(options.StartTimeout);
        try
        {
            string? display = await process.StandardOutput.ReadLineAsync(starting.Token);
            return int.TryParse(display, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                ? state with { Display = number }
                : throw Failed();
        }
        catch (Exception e)
        {
            await StopAsync();
            cancellationToken.ThrowIfCancellationRequested();
            throw e as DesktopException ?? Failed();
        }
    }

    private ProcessIdentity StartSession(int display)
    {
        Dictionary<string, string?> environment = new()
        {
            ["DISPLAY"] = string.Create(CultureInfo.InvariantCulture, $":{display}"),
            ["XAUTHORITY"] = Files.XAuthority,
            ["WAYLAND_DISPLAY"] = null,
        };
        string command = CloseNumberPipe + (options.Command ?? DefaultCommand);
        using Process process = DetachedProcess.Start(Files.SessionLog, ["/bin/sh", "-c", command], environment);

        // A command that has ended already is no fault: an empty desktop.
        return ProcessIdentity.Of(process.Id) ?? new ProcessIdentity(process.Id, 0, "");
    }

    private DesktopException Failed() => new($"the desktop's x server did not start: {DesktopFiles.Tail(Files.ServerLog)}");
}
