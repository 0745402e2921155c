using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Sockets;
using Umbra.Core.Input;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Sessions.Sources.X11;

/// <summary>
/// An X server on this machine as a source, as one of its clients: pixels through shared memory where it changes (MIT-SHM, DAMAGE), cursor and clipboard (XFIXES),
/// keys and pointer (XTEST, XKEYBOARD), sizes (RANDR). Nothing is encoded on the way here. Speaks the X protocol itself.
/// </summary>
public sealed class X11Source(X11SourceOptions options) : ISessionSource
{
    [SuppressMessage("Usage", "CA2213", Justification = "the run that made it disposes it")]
    private volatile X11Session? _session;

    public string Kind => options.Kind;

    public X11Address Address => options.Address;

    /// <summary>Whether pixels come through memory shared with the server; known from the first picture on.</summary>
    public bool IsShared => _session?.IsShared ?? false;

    /// <inheritdoc/>
    /// <exception cref="X11Exception">The server cannot be reached, does not let us in, lacks something, or is gone.</exception>
    public async Task RunAsync(ISourceSink sink, CancellationToken cancellationToken)
    {
        try
        {
            await using XConnection connection = await ConnectAsync(sink, cancellationToken);
            using X11Session session = new(connection, sink, options, cancel => ConnectAsync(sink, cancel));
            sink.SetTitle(options.Title ?? options.Address.ToString());
            _session = session;
            await session.RunAsync(cancellationToken);
        }
        catch (Exception e) when (e is SocketException or IOException or ProtocolException or ObjectDisposedException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new X11Exception(Explain(e), e);
        }
        finally
        {
            _session = null;
        }
    }

    public void SendKey(KeyInput key) => _session?.SendKey(key);

    public void SendPointer(PointerInput pointer) => _session?.SendPointer(pointer);

    public void SendClipboard(string text) => _session?.SendClipboard(text);

    public bool RequestSize(Size size) => _session?.RequestSize(size) ?? false;

    public Task<bool> RefreshAsync() => _session?.RefreshAsync() ?? Task.FromResult(false);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<XConnection> ConnectAsync(ISourceSink sink, CancellationToken cancellationToken)
    {
        byte[]? secret = XAuthority.Load(options.XAuthority ?? XAuthority.DefaultPath, options.Address.Display);
        using CancellationTokenSource connecting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        connecting.CancelAfter(options.ConnectTimeout);
        try
        {
            return await XConnection.ConnectAsync(options.Address, secret, options.Transport, sink.Pool, sink.Account, connecting.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new X11Exception(string.Create(
                CultureInfo.InvariantCulture, $"the x server at {options.Address} does not answer within {options.ConnectTimeout.TotalSeconds} s"));
        }
    }

    private string Explain(Exception e) => e switch
    {
        EndOfStreamException => $"the x server at {options.Address} closed the connection before it let us in",
        SocketException socket => $"cannot reach the x server at {options.Address}: {socket.Message}",
        ProtocolException => $"the x server at {options.Address} broke the protocol: {e.Message}",
        _ => $"the connection to the x server at {options.Address} is lost: {e.Message}",
    };
}
