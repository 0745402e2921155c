using System.Diagnostics;

namespace Umbra.Testing;

/// <summary>
/// A program run by a test in a process group of its own. Its output is kept, bounded. Disposing ends the whole group: first asked, then
/// killed; nothing of it is left.
/// </summary>
public sealed class ExternalProcess : IAsyncDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);
    private readonly Process _process;
    private readonly Task _reading;

    private ExternalProcess(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(Output.ReadFromAsync(process.StandardOutput), Errors.ReadFromAsync(process.StandardError));
    }

    public int Id => _process.Id;

    public StreamWriter Input => _process.StandardInput;

    public LineLog Output { get; } = new();

    public LineLog Errors { get; } = new();

    public bool HasExited => _process.HasExited;

    /// <summary>What it costs now.</summary>
    public ProcessCost Cost => ProcessCost.Read(Id);

    /// <param name="program">Full path, or a name to be found in PATH.</param>
    /// <param name="environment">Added to the test's own; null takes a variable away.</param>
    /// <param name="hasInput">Whether the test writes to it; else its input is at its end.</param>
    public static ExternalProcess Start(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, bool hasInput = false)
    {
        // setsid makes the group; it replaces itself by the program, so the process id stays.
        ProcessStartInfo start = new("setsid")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(program);
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        Process process = Process.Start(start)!;
        if (!hasInput)
        {
            process.StandardInput.Close();
        }

        return new ExternalProcess(process);
    }

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="TimeoutException">It did not end; it was killed.</exception>
    public static async Task<ProcessResult> RunAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, TimeSpan? timeout = null)
    {
        await using ExternalProcess process = Start(program, arguments, environment);
        int exitCode = await process.WaitForExitAsync(timeout ?? TimeSpan.FromSeconds(60));
        return new ProcessResult(exitCode, process.Output.ToString(), process.Errors.ToString());
    }

    /// <summary>To the program alone.</summary>
    public void Send(Signal signal)
    {
        if (!_process.HasExited)
        {
            Signals.Send(Id, signal);
        }
    }

    /// <summary>To the program and all it started that did not leave the group.</summary>
    public void SendToGroup(Signal signal) => Signals.Send(-Id, signal);

    /// <summary>Waits for the end and for the last line of output.</summary>
    /// <returns>The exit code; 128 + n where a signal n ended it.</returns>
    /// <exception cref="TimeoutException">With the output so far.</exception>
    public async Task<int> WaitForExitAsync(TimeSpan timeout)
    {
        try
        {
            await Task.WhenAll(_process.WaitForExitAsync(), _reading).WaitAsync(timeout);
            return _process.ExitCode;
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"process {Id} did not end within {timeout.TotalSeconds} s\n{Output}\n{Errors}");
        }
    }

    /// <summary>kill -9 of the program alone, and the wait until it is gone.</summary>
    public async Task KillAsync()
    {
        Send(Signal.Kill);
        await _process.WaitForExitAsync().WaitAsync(Grace);
    }

    public async ValueTask DisposeAsync()
    {
        SendToGroup(Signal.Terminate);
        SendToGroup(Signal.Continue);
        try
        {
            await _process.WaitForExitAsync().WaitAsync(Grace);
        }
        catch (TimeoutException)
        {
        }

        SendToGroup(Signal.Kill);
        await _process.WaitForExitAsync().WaitAsync(Grace);
        await Task.WhenAny(_reading, Task.Delay(Grace));
        _process.Dispose();
    }
}
