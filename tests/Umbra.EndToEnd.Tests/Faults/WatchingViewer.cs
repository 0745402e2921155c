using System.Net.Sockets;
using Umbra.Sessions.Sources.Pattern;
using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.Faults;

/// <summary>A well-behaved viewer that runs by itself: asks, reads and counts until disposed or cut off.</summary>
internal sealed class WatchingViewer : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _watching;
    private int _updates;
    private long _step = -1;

    private WatchingViewer(RfbTestClient client, Action<RfbTestClient>? onUpdate)
    {
        Client = client;
        _watching = WatchAsync(onUpdate);
    }

    public RfbTestClient Client { get; }

    public int Updates => Volatile.Read(ref _updates);

    /// <summary>The newest step marker seen; -1 before the first.</summary>
    public long Step => Volatile.Read(ref _step);

    /// <summary>Why the connection ended; null while it lives.</summary>
    public string? End { get; private set; }

    /// <param name="onUpdate">After each update, on the viewer's own loop: may look at the picture.</param>
    public static async Task<WatchingViewer> ConnectAsync(RfbTestOptions options, Action<RfbTestClient>? onUpdate = null)
    {
        using CancellationTokenSource timeout = new(NodePair.Patience);
        return new WatchingViewer(await RfbTestClient.ConnectAsync(options, timeout.Token), onUpdate);
    }

    public static Task<WatchingViewer> ConnectAsync(string address, Action<RfbTestClient>? onUpdate = null) =>
        ConnectAsync(RfbTestOptions.For(address), onUpdate);

    /// <summary>One that has seen live pictures already.</summary>
    public static async Task<WatchingViewer> LiveAsync(RfbTestOptions options)
    {
        WatchingViewer viewer = await ConnectAsync(options);
        try
        {
            await viewer.LivePicturesAsync();
            return viewer;
        }
        catch
        {
            await viewer.DisposeAsync();
            throw;
        }
    }

    public static Task<WatchingViewer> LiveAsync(string address) => LiveAsync(RfbTestOptions.For(address));

    /// <summary>Waits until that many more updates have come on this same connection.</summary>
    public Task MoreUpdatesAsync(int count)
    {
        int goal = Updates + count;
        return Eventually.TrueAsync(() => Updates >= goal || End is not null, $"{count} more updates").ContinueWith(
            waited => Assert.True(waited.IsCompletedSuccessfully && Updates >= goal, $"{End ?? waited.Exception?.Message}: {Updates} updates of {goal}"),
            TaskScheduler.Default);
    }

    /// <summary>Waits for pictures that the source made after now: the step goes on.</summary>
    public async Task LivePicturesAsync()
    {
        long before = Step;
        await Eventually.TrueAsync(() => End is not null || (Step >= 0 && Step != before), $"live pictures after step {before}");
        before = Step;
        await Eventually.TrueAsync(() => End is not null || Step != before, $"live pictures after step {before}");
        Assert.Null(End);
    }

    /// <summary>Leaves; also what disposing does.</summary>
    public async Task LeaveAsync()
    {
        await _ending.CancelAsync();
        await _watching;
        await Client.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await LeaveAsync();
        _ending.Dispose();
    }

    private async Task WatchAsync(Action<RfbTestClient>? onUpdate)
    {
        try
        {
            await Client.WatchAsync(
                client =>
                {
                    if (client.Picture.Width >= PatternMarker.Width && PatternMarker.TryRead(client.Picture.Pixels, client.Picture.Stride, out uint step))
                    {
                        Volatile.Write(ref _step, step);
                    }

                    onUpdate?.Invoke(client);
                    Interlocked.Increment(ref _updates);
                },
                _ending.Token);
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or InvalidDataException)
        {
            End = exception.Message;
        }
    }
}
