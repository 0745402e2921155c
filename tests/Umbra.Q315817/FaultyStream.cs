using System.Threading.Channels;
using Umbra.Core.Memory;
using Umbra.Transports;

namespace Umbra.Q315817;

/// <summary>One connection of a <see cref="FaultyDriver"/>.</summary>
internal sealed class FaultyStream(Stream inner, BufferPool pool, DriverFault fault) : AsyncStream
{
    /// <summary>One descriptor: a transfer's pages.</summary>
    private const int DescriptorBytes = 2048;

    private const int ChainLength = 4;
    private const int QueueBlock = 64 * 1024;
    private readonly Channel<(Lease Block, int Count)> _queue = Channel.CreateUnbounded<(Lease, int)>();
    private (Lease Block, int Start, int Count) _head;
    private Task? _pump;

    /// <summary>Pays; without one nothing is taken.</summary>
    public Account? Account { get; set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (fault == DriverFault.UnboundedQueue && Account is not null)
        {
            return await ReadQueuedAsync(buffer, cancellationToken);
        }

        int count = 0;
        await TransferAsync(async () => count = await inner.ReadAsync(buffer, cancellationToken));
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        TransferAsync(() => inner.WriteAsync(buffer, cancellationToken));

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    protected override void Dispose(bool disposing)
    {
        inner.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>One transfer with its chain of descriptors, and what the defect leaves of it.</summary>
    private async ValueTask TransferAsync(Func<ValueTask> transfer)
    {
        Lease[] chain = Account is null ? [] : [.. Enumerable.Range(0, fault == DriverFault.OnlyHeadFreed ? ChainLength : 1).Select(_ => pool.Rent(DescriptorBytes, BufferTag.Mdl, Account))];
        try
        {
            await transfer();
        }
        catch (OperationCanceledException)
        {
            Free(fault == DriverFault.ForgottenOnCancellation ? [] : chain);
            throw;
        }
        catch
        {
            Free(fault == DriverFault.ForgottenOnError ? [] : chain);
            throw;
        }

        Free(fault switch
        {
            DriverFault.NeverFreed => [],
            DriverFault.OnlyHeadFreed => chain.Take(1),
            _ => chain,
        });
    }

    private static void Free(IEnumerable<Lease> chain)
    {
        foreach (Lease descriptor in chain)
        {
            descriptor.Dispose();
        }
    }

    private async ValueTask<int> ReadQueuedAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _pump ??= PumpAsync();
        if (buffer.IsEmpty)
        {
            await _queue.Reader.WaitToReadAsync(cancellationToken);
            return 0;
        }

        if (_head.Count == 0)
        {
            _head.Block.Dispose();
            if (!await _queue.Reader.WaitToReadAsync(cancellationToken) || !_queue.Reader.TryRead(out (Lease Block, int Count) next))
            {
                return 0;
            }

            _head = (next.Block, 0, next.Count);
        }

        int count = Math.Min(buffer.Length, _head.Count);
        _head.Block.Span.Slice(_head.Start, count).CopyTo(buffer.Span);
        _head = (_head.Block, _head.Start + count, _head.Count - count);
        return count;
    }

    private async Task PumpAsync()
    {
        try
        {
            while (true)
            {
                Lease block = pool.Rent(QueueBlock, BufferTag.Mdl, Account!);
                int count = await inner.ReadAsync(block.Memory);
                if (count == 0 || !_queue.Writer.TryWrite((block, count)))
                {
                    block.Dispose();
                    break;
                }
            }

            _queue.Writer.Complete();
        }
        catch (Exception exception)
        {
            _queue.Writer.Complete(exception);
        }
    }
}
