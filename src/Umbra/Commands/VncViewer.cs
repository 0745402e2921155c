using System.Diagnostics;
using System.Net;
using Umbra.Api;

namespace Umbra.Commands;

/// <summary>Starts the installed VNC viewer on a shadow.</summary>
internal static class VncViewer
{
    private static readonly string[] Programs = ["xtigervncviewer", "vncviewer"];

    /// <summary>Never fails the command, for the shadow is running: what is missing is said on standard error.</summary>
    public static void Open(ShadowInfo shadow, CommandEnvironment environment)
    {
        if (environment.Settings.Variable("DISPLAY") is null && environment.Settings.Variable("WAYLAND_DISPLAY") is null)
        {
            environment.Error.WriteLine($"umbra: no display here, so no viewer was started: point one at {shadow.Listen}");
            return;
        }

        string? program = Programs.SelectMany(name => (environment.Settings.Variable("PATH") ?? "").Split(':')
            .Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
        if (program is null || !IPEndPoint.TryParse(shadow.Listen, out IPEndPoint? address))
        {
            environment.Error.WriteLine($"umbra: no VNC viewer found (tigervnc-viewer has one): point yours at {shadow.Listen}");
            return;
        }

        ProcessStartInfo start = new(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add($"{address.Address}::{address.Port}");
        if (shadow.Password is not null)
        {
            // TigerVNC reads it from here; an argument could be read by everybody on this machine.
            start.Environment["VNC_PASSWORD"] = shadow.Password;
        }

        using Process? viewer = Process.Start(start);
    }
}
