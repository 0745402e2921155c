using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Umbra.Testing;

/// <summary>
/// An X server of a test's own on a free display, with a cookie only the test knows, or one that runs already. Programs run on it end with
/// this object. Skips the running test where the server is not installed.
/// </summary>
public sealed class XDisplay : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(20);
    private readonly TempFolder _folder;
    private readonly List<ExternalProcess> _programs = [];
    private readonly ExternalProcess? _server;
    private readonly string _authority;

    private XDisplay(TempFolder folder, ExternalProcess? server, string authority)
    {
        _folder = folder;
        _server = server;
        _authority = authority;
    }

    /// <summary>The X server.</summary>
    /// <exception cref="InvalidOperationException">It was not started here.</exception>
    public ExternalProcess Server => _server ?? throw new InvalidOperationException($"display {Name} was not started by this test");

    /// <summary>":N".</summary>
    public string Name { get; private set; } = "";

    /// <summary>Where Xvnc listens for RFB, without a password.</summary>
    public string RfbSocket => _folder.Combine("rfb.sock");

    /// <summary>DISPLAY and XAUTHORITY for programs on this display.</summary>
    public IReadOnlyDictionary<string, string?> Variables => new Dictionary<string, string?>
    {
        ["DISPLAY"] = Name,
        ["XAUTHORITY"] = _authority,
    };

    /// <summary>A display that runs already and lives on.</summary>
    /// <param name="name">":N".</param>
    /// <param name="authority">The file with its cookie.</param>
    public static XDisplay Attach(string name, string authority) => new(new TempFolder(), null, authority) { Name = name };

    /// <summary>TigerVNC's X server, which is an RFB server too; more arguments as Xvnc takes them.</summary>
    public static Task<XDisplay> StartXvncAsync(int width = 1280, int height = 800, params string[] more) => StartAsync("Xvnc", folder =>
    [
        "-geometry", Text($"{width}x{height}"), "-depth", "24", "-SecurityTypes", "None",
        "-rfbport", "-1", "-rfbunixpath", folder.Combine("rfb.sock"), .. more,
    ]);

    /// <summary>An X server with nothing but a screen in memory; more arguments as Xvfb takes them.</summary>
    public static Task<XDisplay> StartXvfbAsync(int width = 1280, int height = 800, params string[] more) =>
        StartAsync("Xvfb", _ => ["-screen", "0", Text($"{width}x{height}x24"), .. more]);

    /// <summary>Starts a program on this display.</summary>
    public ExternalProcess Start(string program, params IEnumerable<string> arguments)
    {
        ExternalProcess process = ExternalProcess.Start(program, arguments, Variables);
        _programs.Add(process);
        return process;
    }

    /// <summary>Runs a program on this display to its end.</summary>
    public Task<ProcessResult> RunAsync(string program, params IEnumerable<string> arguments) =>
        ExternalProcess.RunAsync(program, arguments, Variables);

    /// <summary>What the screen holds, as the X server says it.</summary>
    public async Task<BgrxImage> ScreenshotAsync()
    {
        string file = _folder.Combine($"shot-{Guid.NewGuid():N}.xwd");
        (await RunAsync(Require.Program("xwd"), "-root", "-silent", "-out", file)).EnsureSuccess();
        BgrxImage image = XwdFile.Read(await File.ReadAllBytesAsync(file));
        File.Delete(file);
        return image;
    }

    /// <summary>
    /// Stops the programs started here (not the X server) and waits until the screen stands still: what they had already asked for is still
    /// drawn.
    /// </summary>
    public async Task<BgrxImage> FreezeAsync()
    {
        _programs.ForEach(program => program.SendToGroup(Signal.Stop));
        BgrxImage last = await ScreenshotAsync();
        for (int i = 0; i < 50; i++)
        {
            BgrxImage next = await ScreenshotAsync();
            if (next.DifferenceFrom(last) is null)
            {
                return next;
            }

            last = next;
        }

        throw new InvalidOperationException("the screen does not stand still though all programs started on it are stopped");
    }

    /// <summary>Lets the programs go on after <see cref="FreezeAsync"/>.</summary>
    public void Thaw() => _programs.ForEach(program => program.SendToGroup(Signal.Continue));

    public async ValueTask DisposeAsync()
    {
        foreach (ExternalProcess program in _programs)
        {
            await program.DisposeAsync();
        }

        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        _folder.Dispose();
    }

    private static async Task<XDisplay> StartAsync(string name, Func<TempFolder, IEnumerable<string>> arguments)
    {
        string program = Require.Program(name);
        TempFolder folder = new();
        string cookieFile = folder.Combine("auth");
        WriteCookie(cookieFile);
        string[] common = ["-displayfd", "1", "-auth", cookieFile, "-nolisten", "tcp"];
        ExternalProcess server = ExternalProcess.Start(program, [.. common, .. arguments(folder)]);
        XDisplay display = new(folder, server, cookieFile);
        try
        {
            string number = await server.Output.WaitForAsync(line => int.TryParse(line, CultureInfo.InvariantCulture, out _), StartTimeout);
            display.Name = ":" + number;
            return display;
        }
        catch (Exception exception)
        {
            string errors = server.Errors.ToString();
            await display.DisposeAsync();
            throw new InvalidOperationException($"{name} did not start\n{errors}", exception);
        }
    }

    /// <summary>
    /// One Xauthority entry: family (0xFFFF: any), then address, display number, name of the method and data, each with a 16-bit big-endian
    /// length. The display number is not known yet; empty means any. The folder is its owner's alone.
    /// </summary>
    private static void WriteCookie(string path)
    {
        ReadOnlySpan<byte> method = "MIT-MAGIC-COOKIE-1"u8;
        byte[] entry = new byte[10 + 18 + 16];
        BinaryPrimitives.WriteUInt16BigEndian(entry, 0xFFFF);
        BinaryPrimitives.WriteUInt16BigEndian(entry.AsSpan(6), (ushort)method.Length);
        method.CopyTo(entry.AsSpan(8));
        BinaryPrimitives.WriteUInt16BigEndian(entry.AsSpan(26), 16);
        RandomNumberGenerator.Fill(entry.AsSpan(28));
        File.WriteAllBytes(path, entry);
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
