using System.Diagnostics;

namespace Umbra.Sessions.Tests.Sources;

/// <summary>Programs of the system that tests run against. What is started here is ended here, by its process id.</summary>
internal sealed class Tool : IAsyncDisposable
{
    private readonly Process _process;

    private Tool(Process process) => _process = process;

    public int Pid => _process.Id;

    public static void Require(params string[] programs)
    {
        foreach (string program in programs)
        {
            Assert.SkipUnless(IsInstalled(program), $"{program} is not installed");
        }
    }

    public static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(directory => File.Exists(Path.Combine(directory, program)));

    /// <summary>Starts an X server that tells its display number on standard output.</summary>
    public static async Task<(Tool Server, string Display)> StartXServerAsync(string program, params string[] arguments)
    {
        Tool tool = Start(null, program, ["-displayfd", "1", .. arguments]);
        using CancellationTokenSource timeout = new(RecordingSink.Patience);
        string? number = await tool._process.StandardOutput.ReadLineAsync(timeout.Token);
        Assert.NotNull(number);
        return (tool, ":" + number);
    }

    public static Tool Start(string? display, string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true
        };
        start.Environment["DISPLAY"] = display;
        start.Environment.Remove("XAUTHORITY");
        Process process = Process.Start(start)!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        return new Tool(process);
    }

    public static async Task<byte[]> RunAsync(string? display, string? authority, string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DISPLAY"] = display;
        start.Environment["XAUTHORITY"] = authority;
        using Process process = Process.Start(start)!;
        using CancellationTokenSource timeout = new(RecordingSink.Patience);
        using MemoryStream output = new();
        Task<string> errors = process.StandardError.ReadToEndAsync(timeout.Token);
        await process.StandardOutput.BaseStream.CopyToAsync(output, timeout.Token);
        await process.WaitForExitAsync(timeout.Token);
        Assert.True(process.ExitCode == 0, $"{program}: {await errors}");
        return output.ToArray();
    }

    /// <summary>Reads standard output up to the line that holds the text, and gives it.</summary>
    public async Task<string> ReadUntilAsync(string text)
    {
        using CancellationTokenSource timeout = new(RecordingSink.Patience);
        while (await _process.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new InvalidOperationException($"ended before it wrote {text}");
    }

    public Task WriteLineAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
