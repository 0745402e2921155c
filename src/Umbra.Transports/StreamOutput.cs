using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Umbra.Core.Memory;

namespace Umbra.Transports;

/// <summary>What is written to a connection over a stream. Completing it sends what was not flushed yet, and then ends the connection.</summary>
/// <param name="end">Ends it.</param>
internal sealed class StreamOutput(PipeWriter inner, Action end) : PassingWriter(inner)
{
    private readonly PipeWriter _inner = inner;
    private Task? _completing;

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => SayAsync(_inner.FlushAsync(cancellationToken), cancellationToken);

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
        SayAsync(_inner.WriteAsync(source, cancellationToken), cancellationToken);

    /// <summary>Goes on after it has returned; <see cref="CompleteAsync"/>, also afterwards, waits for it.</summary>
    public override void Complete(Exception? exception = null) => _completing ??= EndAsync(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => new(_completing ??= EndAsync(exception));

    private async Task EndAsync(Exception? exception)
    {
        try
        {
            if (exception is null)
            {
                await FlushAsync();
            }
        }
        catch (QuotaExceededException)
        {
            // There is no memory to send the rest with: it is lost with the connection.
        }
        finally
        {
            end();
        }

        // With an exception it does not try to flush into the closed stream.
        await _inner.CompleteAsync(exception ?? new ObjectDisposedException(nameof(StreamOutput)));
    }

    /// <summary>That nobody is there any more is told as Kestrel's own connections tell it: TLS above would keep its buffers at an exception.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> SayAsync(ValueTask<FlushResult> flush, CancellationToken cancellationToken)
    {
        try
        {
            return await flush;
        }
        catch (QuotaExceededException)
        {
            end();
            return new FlushResult(isCanceled: false, isCompleted: true);
        }
        catch (Exception failed) when (failed is IOException or ObjectDisposedException || (failed is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new FlushResult(isCanceled: false, isCompleted: true);
        }
    }
}
