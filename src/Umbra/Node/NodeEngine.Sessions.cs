using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Umbra.Api;
using Umbra.Core.Codecs;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Pictures;
using Umbra.Sessions;
using Umbra.Sessions.FrontEnds;
using Umbra.Sessions.Shadowing;
using Umbra.Sessions.Sources;
using Umbra.Sessions.Sources.Desktop;
using Umbra.Sessions.Sources.Pattern;
using Umbra.Sessions.Sources.Rfb;
using Umbra.Sessions.Sources.X11;
using Umbra.Transports.Listening;

namespace Umbra.Node;

/// <summary>Sessions of this node.</summary>
internal sealed partial class NodeEngine
{
    private static readonly Size DefaultSize = new(1280, 800);

    /// <summary>Lossless and cheap: what a snapshot looks through.</summary>
    private static readonly EncodingClass SnapshotClass = new(RfbEncoding.Tight, PixelFormat.Bgrx);

    private readonly ConcurrentDictionary<string, OwnerDesk> _desks = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _starting = new(1);

    public Task<IReadOnlyList<SessionInfo>> ListSessionsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<SessionInfo>>([.. _sessions.All.Select(ToInfo)]);

    public Task<SessionInfo> GetSessionAsync(string name, CancellationToken cancellationToken) => Task.FromResult(ToInfo(Require(name)));

    public async Task<SessionInfo> StartSessionAsync(StartSessionRequest request, CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken);
        try
        {
            if (_sessions.Find(request.Name) is not null)
            {
                throw new NodeOperationException(ErrorCode.Conflict, $"there is a session {request.Name} already", "choose another name, or end it with 'umbra session kill'");
            }

            if (_desks.Count >= _settings.MaxSessions)
            {
                throw new NodeOperationException(ErrorCode.LimitReached, $"{_desks.Count} sessions are running (setting maxSessions)", "end one with 'umbra session kill'");
            }

            Session session = await OpenSessionAsync(request, cancellationToken);
            _book.Add(request);
            return ToInfo(session);
        }
        finally
        {
            _starting.Release();
        }
    }

    public async Task KillSessionAsync(string name, CancellationToken cancellationToken)
    {
        Session session = Require(name);
        if (session.Source.Kind == LinkSource.KindName)
        {
            throw new NodeOperationException(ErrorCode.Refused, $"{name} lives on another node", "stop its shadows here with 'umbra shadow stop'");
        }

        await _starting.WaitAsync(cancellationToken);
        try
        {
            _book.Remove(name);
            await EndSessionAsync(session);
        }
        finally
        {
            _starting.Release();
        }
    }

    public Task<TicketInfo> IssueTicketAsync(string name, TicketRequest request, CancellationToken cancellationToken)
    {
        Require(name);
        if (!_desks.TryGetValue(name, out OwnerDesk? desk))
        {
            throw new NodeOperationException(ErrorCode.Refused, $"{name} lives on another node", "its owner connects there");
        }

        string password = desk.Tickets.Issue();
        return Task.FromResult(new TicketInfo(name, desk.EndPoint.ToString(), password, _time.GetUtcNow() + desk.Tickets.Lifetime, Api.ShadowMode.Control, desk.SocketPath));
    }

    public async Task<ReadOnlyMemory<byte>> TakeSnapshotAsync(SessionAddress session, CancellationToken cancellationToken)
    {
        SessionReference target = new(session.Session, IsHere(session.Node) ? null : session.Node);
        if (target.Node is null)
        {
            return await ToPngAsync(Require(target.Session), cancellationToken);
        }

        // A snapshot is a shadow too: the target node decides.
        ShadowRequest request = new(AccessMode.View, Environment.UserName, Name, "snapshot", "");
        (Session linked, LinkSource source) = await _links.AcquireAsync(target, cancellationToken);
        LinkShadow shadow = source.Attach(request.Wanted, request.User, request.Reason, request.Address);
        try
        {
            Decision decision = await shadow.Answer.WaitAsync(AnswerTimeout, _time, cancellationToken);
            Throw(decision, target);
            return await ToPngAsync(linked, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new NodeOperationException(ErrorCode.NodeUnreachable, $"{target.Node} did not answer in time: {linked.StateText}", "see 'umbra node ls'");
        }
        finally
        {
            shadow.Leave();
            await _links.ReleaseAsync(target);
        }
    }

    private async Task<Session> OpenSessionAsync(StartSessionRequest request, CancellationToken cancellationToken)
    {
        string name = request.Name;
        Session session = NewSession(name, CreateSource(request));
        try
        {
            _desks[name] = await OpenDeskAsync(session, cancellationToken);
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }

        _sessions.TryAdd(session);
        session.Start();
        return session;
    }

    /// <summary>The doors of a session's owner.</summary>
    private async Task<OwnerDesk> OpenDeskAsync(Session session, CancellationToken cancellationToken)
    {
        RfbAccess access = new()
        {
            Session = session,
            Who = "owner",
            IsOwner = true,
            OpenSeat = new AccessRight(session, AccessMode.Control).OpenSeat,
            Tickets = new Tickets(_time, _settings.TicketLifetime),
            IsLocal = IPAddress.IsLoopback(_settings.RfbListen.Address),
            Certificate = Certificate,
            Encrypted = _encrypted,
        };
        (IPEndPoint bound, IAsyncDisposable listener) = await ListenAsync(_settings.RfbListen, access, cancellationToken);
        try
        {
            string socketPath = Path.Combine(_settings.RuntimeDirectory, "sessions", $"{session.Name}.sock");
            ListenerHost socket = await ListenForViewersAsync(new UnixDomainSocketEndPoint(socketPath), access with { Tickets = null, IsLocal = true }, cancellationToken);
            return new OwnerDesk(access, bound, socketPath, [listener, socket]);
        }
        catch
        {
            await listener.DisposeAsync();
            throw;
        }
    }

    /// <summary>The desktop last: its death, seen by a session that still runs, would be one to tell the viewers of and to try again after.</summary>
    private async Task EndSessionAsync(Session session)
    {
        _grants.EndAll(session, "the session ended");
        await _sessions.EndAsync(session.Name);
        if (session.Source is DesktopSource desktop)
        {
            await desktop.StopAsync();
        }

        if (_desks.TryRemove(session.Name, out OwnerDesk? desk))
        {
            await desk.DisposeAsync();
        }
    }

    /// <summary>The near end of a link.</summary>
    private Session NewLinkedSession(string name, LinkSource source)
    {
        int open = _links.All.Count;
        return open < _settings.MaxLinks
            ? NewSession(name, source)
            : throw new NodeOperationException(ErrorCode.LimitReached, $"{open} links to sessions of other nodes are open (setting maxLinks)", "end shadows with 'umbra shadow stop'");
    }

    private Session NewSession(string name, ISessionSource source)
    {
        SessionOptions options = new()
        {
            UpdateRate = _settings.UpdateRate,
            MemoryLimit = _settings.MemoryLimit,
            IsOwned = source is not LinkSource,
            UpdateArrived = _shadowMeter.RecordLag,
            ShadowerLane = _shadowerLane,
            SpareCore = _spareCore,
        };
        return new Session(name, source, _pool, options, _time, _loggers.CreateLogger<Session>());
    }

    private ISessionSource CreateSource(StartSessionRequest request)
    {
        Size size = request.Size is { } wanted ? wanted.ToSize() : DefaultSize;
        return request.Kind switch
        {
            SessionKind.Desktop => new DesktopSource(ToDesktopOptions(request, size)),
            SessionKind.Vnc => new RfbSource(ToRfbOptions(request)),
            SessionKind.X11 => new X11Source(ToX11Options(request)),
            _ => new PatternSource(new PatternOptions { Size = size, Mode = ToMode(request.Pattern) }, _time),
        };
    }

    private static PatternMode ToMode(PatternKind? pattern) => pattern switch
    {
        PatternKind.Video => PatternMode.Video,
        PatternKind.Still => PatternMode.Still,
        _ => PatternMode.Marker,
    };

    private DesktopOptions ToDesktopOptions(StartSessionRequest request, Size size) => new()
    {
        Name = request.Name,
        Directory = Path.Combine(_settings.RuntimeDirectory, "desktops", request.Name),
        Size = size,
        Command = request.Command is { } command ? string.Join(' ', command.Select(Quote)) : _settings.DesktopSession,
        Xvnc = _settings.Xvnc,
        Transport = _transport,
    };

    private RfbSourceOptions ToRfbOptions(StartSessionRequest request) => new()
    {
        Address = RfbAddress.TryParse(request.Address!, out RfbAddress? address)
            ? address
            : throw new NodeOperationException(ErrorCode.InvalidRequest, $"'{request.Address}' is not an RFB address", "give vnc://HOST:PORT or vnc:///PATH"),
        AuthorityFile = request.AuthorityFile,
        Transport = _transport,
        Password = request.Password is { } password ? () => Encoding.UTF8.GetBytes(password) : null,
    };

    private X11SourceOptions ToX11Options(StartSessionRequest request) => new()
    {
        Address = X11Address.TryParse(request.Address!, out X11Address? address)
            ? address
            : throw new NodeOperationException(ErrorCode.InvalidRequest, $"'{request.Address}' is not the address of an X server here", "give x11::0 or x11:/PATH"),
        XAuthority = request.XAuthority,
        Transport = _transport,
    };

    /// <summary>One word for /bin/sh.</summary>
    private static string Quote(string word) => $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private Session Require(string name) =>
        _sessions.Find(name) ?? throw new NodeOperationException(ErrorCode.SessionNotFound, $"no session {name} on {Name}", "see 'umbra session ls'");

    private static async Task<ReadOnlyMemory<byte>> ToPngAsync(Session session, CancellationToken cancellationToken)
    {
        try
        {
            using Canvas canvas = await session.SnapshotAsync(SnapshotClass, cancellationToken);
            return PngFile.Encode(canvas.Pixels, canvas.Size);
        }
        catch (TimeoutException exception)
        {
            throw new NodeOperationException(ErrorCode.Timeout, exception.Message, "see 'umbra session ls'", exception);
        }
    }

    private static string? WhereFrom(ISessionSource source) => source switch
    {
        DesktopSource { Display: { } display } => $"X display :{display}",
        RfbSource rfb => rfb.Address.ToString(),
        X11Source x11 => x11.Address.ToString(),
        LinkSource link => link.Path.Count > 0 ? string.Join(" > ", link.Path) : null,
        _ => null,
    };

    private SessionInfo ToInfo(Session session) => new(
        session.Name,
        Name,
        Enum.Parse<SessionKind>(session.Source.Kind, ignoreCase: true),
        Enum.Parse<Api.SessionState>(session.State.ToString()),
        session.StartedAt,
        session.Title,
        session.Commits > 0 ? SizeInfo.From(session.Surface.Size) : null,
        session.Viewers.Count,
        _grants.All.Count(g => g.Session == session),
        WhereFrom(session.Source),
        session.Account.Bytes,
        session.StateText.Length > 0 ? session.StateText : null);
}
