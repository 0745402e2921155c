using Xunit;

namespace Umbra.Testing;

/// <summary>What a test needs of the machine; where it is missing the test is skipped and says what to install.</summary>
public static class Require
{
    private static readonly Dictionary<string, string> Packages = new(StringComparer.Ordinal)
    {
        ["Xvnc"] = "tigervnc-standalone-server",
        ["Xvfb"] = "xvfb",
        ["xauth"] = "xauth",
        ["xwd"] = "x11-apps",
        ["xdotool"] = "xdotool",
        ["xterm"] = "xterm",
        ["openbox"] = "openbox",
        ["x11vnc"] = "x11vnc",
        ["tigervncpasswd"] = "tigervnc-tools",
        ["vncsnapshot"] = "vncsnapshot",
        ["vncviewer"] = "tigervnc-viewer",
        ["qemu-system-x86_64"] = "qemu-system-x86",
        ["gcc"] = "gcc",
        ["ip"] = "iproute2",
        ["nmblookup"] = "samba-common-bin",
        ["nmbd"] = "samba",
        ["smbd"] = "samba",
    };

    /// <summary>The program's full path. Skips the running test where it is not installed.</summary>
    public static string Program(string name)
    {
        string? path = Find(name);
        Assert.SkipWhen(path is null, $"{name} is not installed (Debian package {Packages.GetValueOrDefault(name, name)})");
        return path!;
    }

    /// <summary>Skips the running test where a file (a header, a library) is missing.</summary>
    public static void File(string path, string package) =>
        Assert.SkipUnless(System.IO.File.Exists(path), $"{path} is missing (Debian package {package})");

    private static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(System.IO.File.Exists);
}
