namespace Umbra.Testing;

/// <summary>How a program ended and what it wrote.</summary>
public sealed record ProcessResult(int ExitCode, string Output, string Errors)
{
    /// <summary>This, where it ended with 0.</summary>
    /// <exception cref="InvalidOperationException">With exit code and output.</exception>
    public ProcessResult EnsureSuccess() => ExitCode == 0 ? this
        : throw new InvalidOperationException($"exit code {ExitCode}\n{Output}\n{Errors}");
}
