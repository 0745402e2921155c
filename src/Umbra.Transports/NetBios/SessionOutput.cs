using System.IO.Pipelines;

namespace Umbra.Transports.NetBios;

/// <summary>What is written to a session. Completing it sends what was not flushed yet, and then ends the session.</summary>
/// <param name="end">Ends it.</param>
internal sealed class SessionOutput(PipeWriter inner, Action end) : PassingWriter(inner)
{
    private readonly PipeWriter _inner = inner;
    private Task? _completing;

    /// <summary>Goes on after it has returned; <see cref="CompleteAsync"/>, also afterwards, waits for it.</summary>
    public override void Complete(Exception? exception = null) => _completing ??= EndAsync(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => new(_completing ??= EndAsync(exception));

    private async Task EndAsync(Exception? exception)
    {
        try
        {
            await _inner.CompleteAsync(exception);
        }
        catch (Exception failed) when (failed is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The session is over already: nobody is there to send the rest to.
        }
        finally
        {
            end();
        }
    }
}
