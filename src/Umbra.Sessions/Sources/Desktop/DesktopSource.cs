using System.Diagnostics.CodeAnalysis;
using Umbra.Core.Input;
using Umbra.Core.Surfaces;
using Umbra.Sessions.Sources.X11;

namespace Umbra.Sessions.Sources.Desktop;

/// <summary>
/// A desktop that this node hosts: an X server without a monitor, which is TigerVNC's Xvnc, and the programs on it. They are not ours to lose: both live in
/// sessions of their own, outlive this object and the node's process, and are found again by the next source with the same directory. <see cref="StopAsync"/>
/// ends them. An X server that died is started again, with the programs, by the next <see cref="RunAsync"/>.
/// </summary>
public sealed class DesktopSource : ISessionSource
{
    private static readonly TimeSpan DeathThroes = TimeSpan.FromSeconds(1);
    private readonly DesktopServer _server;
    private readonly DesktopOptions _options;

    [SuppressMessage("Usage", "CA2213", Justification = "a desktop may be stopped after its source was let go of; it holds nothing of the system")]
    private readonly SemaphoreSlim _gate = new(1);
    private bool _isStopped;

    /// <summary>What shows the display of this run.</summary>
    [SuppressMessage("Usage", "CA2213", Justification = "the run that made it disposes it")]
    private volatile X11Source? _screen;

    public DesktopSource(DesktopOptions options) => (_options, _server) = (options, new DesktopServer(options));

    public string Kind => "desktop";

    /// <summary>The X display's number while the desktop runs, else null.</summary>
    public int? Display => _server.Find()?.Display;

    /// <summary>What programs need in XAUTHORITY to reach the display.</summary>
    public string XAuthorityPath => _server.Files.XAuthority;

    /// <inheritdoc/>
    /// <exception cref="DesktopException">The desktop cannot be started, or its X server is gone.</exception>
    public async Task RunAsync(ISourceSink sink, CancellationToken cancellationToken)
    {
        DesktopState desktop = await FindOrStartAsync(cancellationToken);
        try
        {
            await using X11Source screen = new(ToScreen(desktop));
            _screen = screen;
            await screen.RunAsync(sink, cancellationToken);
        }
        catch (X11Exception e)
        {
            // A process that dies closes its sockets a moment before it is seen to be dead.
            if (!await desktop.Server.EndsWithinAsync(DeathThroes))
            {
                throw;
            }

            throw new DesktopException($"the desktop's x server is gone: {DesktopFiles.Tail(_server.Files.ServerLog)}", e);
        }
        finally
        {
            _screen = null;
        }
    }

    /// <summary>Starts the desktop, or finds the one that runs.</summary>
    /// <exception cref="DesktopException">It cannot be started, or was stopped for good.</exception>
    public Task StartAsync(CancellationToken cancellationToken) => FindOrStartAsync(cancellationToken);

    /// <summary>Ends the desktop for good: the programs, the X server, and its directory. Best after <see cref="DisposeAsync"/>, when nobody takes it for a death.</summary>
    public async Task StopAsync()
    {
        await _gate.WaitAsync();
        try
        {
            _isStopped = true;
            await _server.StopAsync();
            _server.Files.RemoveAll();
        }
        finally
        {
            _gate.Release();
        }
    }

    public void SendKey(KeyInput key) => _screen?.SendKey(key);

    public void SendPointer(PointerInput pointer) => _screen?.SendPointer(pointer);

    public void SendClipboard(string text) => _screen?.SendClipboard(text);

    public bool RequestSize(Size size) => _screen?.RequestSize(size) ?? false;

    public Task<bool> RefreshAsync() => _screen?.RefreshAsync() ?? Task.FromResult(false);

    /// <summary>Lets go of the desktop, which lives on.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private X11SourceOptions ToScreen(DesktopState desktop) => new()
    {
        Address = X11Address.Of(desktop.Display),
        XAuthority = desktop.XAuthority,
        Title = _options.Name,
        IsOurs = true,
        Transport = _options.Transport,
    };

    private async Task<DesktopState> FindOrStartAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_isStopped)
            {
                throw new DesktopException("the desktop was stopped");
            }

            return await _server.FindOrStartAsync(cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }
}
