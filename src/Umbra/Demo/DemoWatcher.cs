using Microsoft.Extensions.Logging.Abstractions;
using Umbra.Core.Codecs;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Sessions;
using Umbra.Sessions.Sources.Rfb;

namespace Umbra.Demo;

/// <summary>A viewer of the demo's own: an RFB client that takes every update, so that pictures flow through the link and can be counted.</summary>
internal sealed class DemoWatcher : IAsyncDisposable
{
    private readonly BufferPool _pool = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Session _session;
    private readonly Task _watching;

    public DemoWatcher(string address)
    {
        RfbSourceOptions options = new() { Address = RfbAddress.Parse($"vnc://{address.Replace(":", "::", StringComparison.Ordinal)}"), Encodings = [RfbEncoding.Tight] };
        _session = new Session("watcher", new RfbSource(options), _pool, new SessionOptions(), TimeProvider.System, NullLogger.Instance);
        _session.Start();
        _watching = WatchAsync(_stopping.Token);
    }

    /// <summary>Pictures received.</summary>
    public long Frames => _session.Commits;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _watching;
        await _session.DisposeAsync();
        _pool.Dispose();
        _stopping.Dispose();
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        using SessionViewer viewer = _session.Join(new EncodingClass(RfbEncoding.Raw, PixelFormat.Bgrx), "demo", isOwner: false);
        viewer.SetReady(true);
        try
        {
            while (true)
            {
                viewer.Picture.AcceptSize(out Size _);
                viewer.TakeUpdate(int.MaxValue, int.MaxValue)?.Dispose();
                await viewer.WaitAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // the demo ends
        }
    }
}
