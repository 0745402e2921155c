namespace Umbra.Testing;

/// <summary>C programs of tests/Interop, compiled when first asked for or when their source is newer, into artifacts/interop.</summary>
public static class InteropProgram
{
    private static readonly SemaphoreSlim Compiling = new(1, 1);

    /// <summary>The independent RFB client on libvncclient. Skips the running test where it cannot be built.</summary>
    public static Task<string> VncDumpAsync()
    {
        Require.File("/usr/include/rfb/rfbclient.h", "libvncserver-dev");
        return BuildAsync("vncdump", "-lvncclient");
    }

    /// <summary>The program that moves things on an X display. Skips the running test where it cannot be built.</summary>
    public static Task<string> XMoveAsync()
    {
        Require.File("/usr/include/X11/Xlib.h", "libx11-dev");
        Require.File("/usr/include/X11/extensions/XShm.h", "libxext-dev");
        return BuildAsync("xmove", "-lX11", "-lXext", "-lm");
    }

    private static async Task<string> BuildAsync(string name, params string[] libraries)
    {
        string compiler = Require.Program("gcc");
        string source = RepositoryRoot.Combine("tests", "Interop", name + ".c");
        string folder = RepositoryRoot.Combine("artifacts", "interop");
        string program = Path.Combine(folder, name);
        await Compiling.WaitAsync();
        try
        {
            if (!File.Exists(program) || File.GetLastWriteTimeUtc(program) < File.GetLastWriteTimeUtc(source))
            {
                // Under a name of its own first: another test process may be doing the same.
                Directory.CreateDirectory(folder);
                string fresh = $"{program}.{Environment.ProcessId}";
                string[] arguments = ["-O2", "-Wall", "-Wextra", "-o", fresh, source, .. libraries];
                (await ExternalProcess.RunAsync(compiler, arguments)).EnsureSuccess();
                File.Move(fresh, program, overwrite: true);
            }
        }
        finally
        {
            Compiling.Release();
        }

        return program;
    }
}
