using System.Net;
using System.Net.Sockets;

namespace Umbra.Transports.Tcp;

/// <summary>
/// Connects to a name that has several addresses (RFC 8305, sections 4 and 5): of IPv6 and IPv4 in turn, the next one a quarter of a second after the one before or as soon as that has failed,
/// and takes the first that answers. So one family that leads nowhere costs a moment, and not a timeout.
/// </summary>
internal static class HappyEyeballs
{
    /// <summary>"Connection Attempt Delay".</summary>
    public static readonly TimeSpan Stagger = TimeSpan.FromMilliseconds(250);

    /// <summary>In the order in which they are tried; within a family as the resolver gave them.</summary>
    public static IReadOnlyList<IPAddress> Interleave(IReadOnlyList<IPAddress> addresses)
    {
        IPAddress[] six = [.. addresses.Where(a => a.AddressFamily == AddressFamily.InterNetworkV6)];
        IPAddress[] four = [.. addresses.Where(a => a.AddressFamily == AddressFamily.InterNetwork)];
        return [.. Enumerable.Range(0, Math.Max(six.Length, four.Length)).SelectMany(i => six.Skip(i).Take(1).Concat(four.Skip(i).Take(1)))];
    }

    /// <param name="connect">Connects to one; what it gives is disposed where another was first.</param>
    /// <exception cref="SocketException">None answered: what the last one to fail said.</exception>
    public static async Task<T> ConnectAsync<T>(
        IReadOnlyList<IPAddress> addresses, Func<IPAddress, CancellationToken, Task<T>> connect, TimeProvider time, CancellationToken cancellationToken)
        where T : IDisposable
    {
        using CancellationTokenSource won = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Task<T>> attempts = [];
        Exception last = new SocketException((int)SocketError.HostNotFound);
        try
        {
            for (int next = 0; next < addresses.Count || attempts.Count > 0;)
            {
                if (next < addresses.Count)
                {
                    attempts.Add(connect(addresses[next++], won.Token));
                }

                Task<Task<T>> first = Task.WhenAny(attempts);
                if (next < addresses.Count && await Task.WhenAny(first, Task.Delay(Stagger, time, won.Token)) != first)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    continue;
                }

                Task<T> ended = await first;
                attempts.Remove(ended);
                if (ended.IsCompletedSuccessfully)
                {
                    return await ended;
                }

                cancellationToken.ThrowIfCancellationRequested();
                last = ended.Exception?.InnerException ?? last;
            }
        }
        finally
        {
            await won.CancelAsync();
            attempts.ForEach(Drop);
        }

        throw last;
    }

    private static void Drop<T>(Task<T> attempt)
        where T : IDisposable => attempt.ContinueWith(
            ended =>
            {
                if (ended.IsCompletedSuccessfully)
                {
                    ended.Result.Dispose();
                }

                _ = ended.Exception;
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
