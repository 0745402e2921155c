using System.Runtime.InteropServices;

namespace Umbra.Benchmarks;

/// <summary>SIGINT or SIGTERM, while this lives, ends a benchmark and with it all it started: the processes are in groups of their own, which a terminal does not reach.</summary>
internal sealed class Interruption : IDisposable
{
    /// <summary>Exit code of a program that a signal 2 ended.</summary>
    public const int ExitCode = 130;

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;

    public Interruption()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _source.Dispose();
    }

    private void End(PosixSignalContext context)
    {
        context.Cancel = true;
        _source.Cancel();
    }
}
