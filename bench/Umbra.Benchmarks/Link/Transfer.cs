using System.Diagnostics;

namespace Umbra.Benchmarks.Link;

/// <summary>Bytes from one end to the other for a while, as fast as they go.</summary>
/// <param name="write">Writes some.</param>
/// <param name="read">Reads some, and says how many.</param>
/// <param name="end">Breaks the connection: what is waiting then fails.</param>
internal sealed class Transfer(Func<ValueTask> write, Func<ValueTask<long>> read, Action end)
{
    /// <summary>Bytes of one write.</summary>
    public const int WriteBytes = 16 * 1024;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.5);
    private long _read;
    private volatile bool _isOver;

    public async Task<LinkRate> MeasureAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        Task[] both = [Task.Run(WriteAllAsync, CancellationToken.None), Task.Run(ReadAllAsync, CancellationToken.None)];
        try
        {
            await Task.Delay(WarmUp, cancellationToken);
            long start = Stopwatch.GetTimestamp();
            TimeSpan cpu = Environment.CpuUsage.TotalTime;
            long before = Interlocked.Read(ref _read);
            await Task.Delay(time, cancellationToken);
            return LinkRate.Of(Interlocked.Read(ref _read) - before, Stopwatch.GetElapsedTime(start), Environment.CpuUsage.TotalTime - cpu);
        }
        finally
        {
            _isOver = true;
            end();
            await Task.WhenAll(both);
        }
    }

    private Task WriteAllAsync() => UntilOverAsync(write);

    private Task ReadAllAsync() => UntilOverAsync(async () => Interlocked.Add(ref _read, await read()));

    private async Task UntilOverAsync(Func<ValueTask> step)
    {
        try
        {
            while (!_isOver)
            {
                await step();
            }
        }
        catch (Exception exception) when (_isOver && exception is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            // It was broken off while it waited.
        }
    }
}
