using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using Umbra.Core.Input;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Sessions.Sources.Rfb;

/// <summary>Any RFB (VNC) server as a source: protocol 3.3, 3.7 and 3.8; security None, VncAuth, and VeNCrypt with certificates.</summary>
public sealed class RfbSource(RfbSourceOptions options) : ISessionSource
{
    private static readonly RfbEncoding[] Cheapest = [RfbEncoding.Raw];
    private static readonly RfbEncoding[] Smallest = [RfbEncoding.Tight, RfbEncoding.Zrle, RfbEncoding.Hextile, RfbEncoding.Raw];

    private static readonly RfbEncoding[] Extras =
    [
        RfbEncoding.CopyRect, RfbEncoding.CursorWithAlpha, RfbEncoding.Cursor, RfbEncoding.VMwareCursorPosition,
        RfbEncoding.ExtendedDesktopSize, RfbEncoding.DesktopSize, RfbEncoding.LastRect, RfbEncoding.DesktopName, RfbEncoding.Fence,
        RfbEncoding.QemuLedState, RfbEncoding.VMwareLedState, RfbEncoding.QemuExtendedKey, RfbEncoding.ExtendedClipboard,
    ];

    [SuppressMessage("Usage", "CA2213", Justification = "the run that made it disposes it")]
    private volatile RfbSession? _session;

    public string Kind => options.Kind;

    public RfbAddress Address => options.Address;

    /// <inheritdoc/>
    /// <exception cref="RfbSourceException">The server cannot be reached, does not let us in, or is gone.</exception>
    public async Task RunAsync(ISourceSink sink, CancellationToken cancellationToken)
    {
        try
        {
            await RunConnectionAsync(sink, cancellationToken);
        }
        catch (Exception e)
            when (e is SocketException or IOException or AuthenticationException or ProtocolException or ObjectDisposedException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new RfbSourceException(Explain(e), e);
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

    private async Task RunConnectionAsync(ISourceSink sink, CancellationToken cancellationToken)
    {
        using CancellationTokenSource connecting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        connecting.CancelAfter(options.ConnectTimeout);
        RfbConnection? opened = null;
        ServerInit init;
        try
        {
            opened = await RfbConnection.ConnectAsync(options.Address.EndPoint, options.Transport, sink.Pool, sink.Account, connecting.Token);
            init = await new RfbHandshake(opened, options, connecting.Token).RunAsync();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await CloseAsync(opened);
            string what = opened is null ? "does not answer" : "takes the connection but does not end the handshake";
            throw new RfbSourceException(
                string.Create(CultureInfo.InvariantCulture, $"the vnc server at {options.Address} {what} within {options.ConnectTimeout.TotalSeconds} s"));
        }
        catch
        {
            await CloseAsync(opened);
            throw;
        }

        await using RfbConnection connection = opened;
        using RfbSession session = new(connection, sink, init.Size);
        sink.SetTitle(init.Name);
        new SetPixelFormat(PixelFormat.Bgrx).Write(connection.Output);
        SetEncodings.Write(connection.Output, ListEncodings());
        _session = session;
        await session.RunAsync(cancellationToken);
    }

    private static async ValueTask CloseAsync(RfbConnection? connection)
    {
        if (connection is not null)
        {
            await connection.DisposeAsync();
        }
    }

    private RfbEncoding[] ListEncodings() => [.. options.Encodings ?? (options.Address.IsLocal ? Cheapest : Smallest), .. Extras];

    private string Explain(Exception e) => e switch
    {
        EndOfStreamException => $"the vnc server at {options.Address} closed the connection during the handshake",
        SocketException socket => $"cannot reach the vnc server at {options.Address}: {socket.Message}",
        AuthenticationException => $"the certificate of the vnc server at {options.Address} is not accepted: {e.Message}",
        ProtocolException => $"the vnc server at {options.Address} broke the protocol: {e.Message}",
        _ => $"the connection to the vnc server at {options.Address} is lost: {e.Message}",
    };
}
