namespace Umbra.Sessions.Tests.FrontEnds;

/// <summary>
/// Says what it was told to say, in pieces of any size, and reads what comes back, or does not; then hangs up, or waits to be hung up on.
/// </summary>
internal static class BadPeer
{
    /// <summary>How long a peer that does not read keeps the other side waiting.</summary>
    private static readonly TimeSpan Sulk = TimeSpan.FromMilliseconds(20);

    /// <returns>Bytes that came back.</returns>
    public static async Task<long> TalkAsync(Served served, byte[] bytes, Random random)
    {
        int manner = random.Next(4);
        using CancellationTokenSource over = new();
        Task<long> reading = manner == 0 ? Task.FromResult(0L) : DrainAsync(served.Client, over.Token);
        try
        {
            await SayAsync(served, bytes, random);
            if (manner == 1)
            {
                // Time to answer.
                await Task.WhenAny(served.Done, Task.Delay(Sulk));
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // Hung up on, as a bad peer may be.
        }

        await served.Client.DisposeAsync();
        await over.CancelAsync();
        await served.Done;
        return await reading;
    }

    private static async Task SayAsync(Served served, byte[] bytes, Random random)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(2));
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(patience.Token);
        Task ended = served.Done.ContinueWith(_ => stop.Cancel(), TaskScheduler.Default);
        for (int at = 0; at < bytes.Length && !served.Done.IsCompleted;)
        {
            int count = Math.Min(bytes.Length - at, random.Next(3) == 0 ? random.Next(1, 20) : 64 * 1024);
            await served.Client.WriteAsync(bytes.AsMemory(at, count), stop.Token);
            at += count;
        }

        GC.KeepAlive(ended);
    }

    private static async Task<long> DrainAsync(Stream stream, CancellationToken cancellationToken)
    {
        byte[] sink = new byte[64 * 1024];
        long total = 0;
        try
        {
            while (await stream.ReadAsync(sink, cancellationToken) is > 0 and int count)
            {
                total += count;
            }
        }
        catch (Exception exception)
            when (exception is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            // The end.
        }

        return total;
    }
}
