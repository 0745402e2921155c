using System.Globalization;

namespace Umbra.Testing;

/// <summary>
/// Looks at an RFB server with libvncclient (tests/Interop/vncdump.c), so that no decoder of ours is judge in its own case.
/// </summary>
public sealed record VncDump
{
    /// <summary>HOST:PORT or the path of a Unix socket.</summary>
    public required string Target { get; init; }

    /// <summary>Names as libvncclient knows them, the best first: tight zrle hextile copyrect raw.</summary>
    public string Encodings { get; init; } = "tight zrle hextile copyrect raw";

    /// <summary>JPEG quality 0 to 9; null for no JPEG.</summary>
    public int? Quality { get; init; }

    public int Compression { get; init; } = 1;

    /// <summary>Bits of a pixel: 32, 16 (565) or 8 (332). See <see cref="BgrxImage.Quantised"/>.</summary>
    public int Bits { get; init; } = 32;

    public string? Password { get; init; }

    /// <summary>Ends when so long nothing came after the first update; zero: not for that reason.</summary>
    public TimeSpan Quiet { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Ends after so long whatever comes; whole seconds.</summary>
    public TimeSpan AtMost { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Ends after so many updates; 0: not for that reason.</summary>
    public int Updates { get; init; }

    public bool ViewOnly { get; init; }

    /// <summary>Runs it to its end.</summary>
    /// <exception cref="InvalidOperationException">It could not connect or was cut off; with its messages.</exception>
    public async Task<VncDumpResult> RunAsync()
    {
        string program = await InteropProgram.VncDumpAsync();
        using TempFolder folder = new();
        string picture = folder.Combine("picture");
        Dictionary<string, string?> environment = new() { ["VNC_PASSWORD"] = Password };
        ProcessResult result = await ExternalProcess.RunAsync(program, Arguments(picture), environment, AtMost + TimeSpan.FromSeconds(30));
        string[] words = result.EnsureSuccess().Output.Trim().Split('\n')[^1].Split(' ', 'x');
        int width = int.Parse(words[0], CultureInfo.InvariantCulture);
        int height = int.Parse(words[1], CultureInfo.InvariantCulture);
        return new VncDumpResult(
            new BgrxImage(width, height, await File.ReadAllBytesAsync(picture)),
            int.Parse(words[2], CultureInfo.InvariantCulture),
            long.Parse(words[3], CultureInfo.InvariantCulture),
            long.Parse(words[4], CultureInfo.InvariantCulture));
    }

    private IEnumerable<string> Arguments(string picture)
    {
        IEnumerable<string> arguments =
        [
            Target, picture, "--encodings", Encodings,
            "--quality", Number(Quality ?? -1), "--compress", Number(Compression),
            "--seconds", Number((int)AtMost.TotalSeconds), "--quiet-ms", Number((int)Quiet.TotalMilliseconds), "--updates", Number(Updates),
            "--bits", Number(Bits),
        ];
        return ViewOnly ? arguments.Append("--view-only") : arguments;
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
