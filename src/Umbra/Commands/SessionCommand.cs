using System.CommandLine;
using System.Globalization;
using Umbra.Api;
using Umbra.Sessions.Sources.X11;

namespace Umbra.Commands;

/// <summary><c>umbra session ls|start|attach|show|kill</c>.</summary>
internal static class SessionCommand
{
    public static Command Create(CommandScope scope) => new("session", "Sessions of this node")
    {
        List(scope), Start(scope), Attach(scope), Show(scope), Kill(scope),
    };

    private static Command List(CommandScope scope)
    {
        Command command = new("ls", "List sessions");
        scope.Run(command, async call => call.Report.List(
            await call.Node.ListSessionsAsync(call.CancellationToken), CommandJson.Api.IReadOnlyListSessionInfo,
            new("SESSION", s => s.Name),
            new("KIND", s => Words.Of(s.Kind)),
            new("STATE", s => Words.Of(s.State)),
            new("SIZE", s => s.Size?.ToString()),
            new("VIEWERS", s => s.Viewers.ToString(CultureInfo.InvariantCulture), true),
            new("SHADOWS", s => s.Shadows.ToString(CultureInfo.InvariantCulture), true),
            new("MEMORY", s => Configuration.ByteSize.Format(s.Bytes), true),
            new("STARTED", s => Words.Of(s.StartedAt)),
            new("TITLE", s => s.Title)));
        return command;
    }

    private static Command Start(CommandScope scope)
    {
        Argument<SessionKind> kind = new("KIND") { Description = "desktop (an X desktop of its own) or pattern (the test pattern)" };
        kind.HelpName = "desktop|pattern";
        kind.CompletionSources.Clear();
        kind.AcceptOnlyFromAmong("desktop", "pattern");
        Option<string> name = NameOption();
        Option<SizeInfo?> size = new("--size")
        {
            Description = "WIDTHxHEIGHT in pixels; 1280x800 if not given",
            HelpName = "SIZE",
            CustomParser = Parsers.Size
        };
        Option<PatternKind?> pattern = new("--pattern")
        {
            Description = "what moves in a test pattern: marker (small changes, if not given), video (every pixel) or still",
            HelpName = "marker|video|still",
        };
        Argument<string[]> program = new("COMMAND")
        {
            Description = "after --: what runs in the desktop, instead of the session script",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Command command = new("start", "Start a desktop or a test pattern") { kind, name, size, pattern, program };
        scope.Run(command, async call => Print(call.Report, await call.Node.StartSessionAsync(
            new StartSessionRequest(call.Get(kind), call.Get(name)!, call.Get(size),
                Command: call.Get(program) is { Length: > 0 } parts ? parts : null, Pattern: call.Get(pattern)), call.CancellationToken)));
        return command;
    }

    private static Command Attach(CommandScope scope)
    {
        Argument<string> address = new("ADDRESS")
        {
            Description = "of an RFB server vnc://HOST:PORT, vnc://HOST for port 5900, or vnc:///PATH of a Unix socket; of an X server on this machine x11::N for display :N, or x11:/PATH",
        };
        address.Validators.Add(result =>
        {
            string text = result.Tokens[0].Value;
            if (IsX11(text))
            {
                if (!X11Address.TryParse(text, out _))
                {
                    result.AddError($"'{text}' is not the address of an X server on this machine: give x11::0 or x11:/PATH of its socket");
                }
            }
            else if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || uri.Scheme != "vnc" || uri.UserInfo.Length > 0
                || (uri.Host.Length == 0 && uri.AbsolutePath.Length < 2))
            {
                result.AddError($"'{text}' is not a server's address: give vnc://HOST:PORT, vnc:///PATH or x11::0 "
                    + "(the password goes into --password-file)");
            }
        });
        Option<string> name = NameOption();
        Option<string?> passwordFile = new("--password-file")
        {
            Description = "file whose first line is the server's password; - is standard input",
            HelpName = "FILE",
        };
        Option<string?> authorityFile = new("--ca-file")
        {
            Description = "PEM file of who may vouch for the server's certificate; TLS is demanded then",
            HelpName = "FILE",
        };
        Option<string?> xAuthority = new("--xauthority")
        {
            Description = "an X server's authority file; $XAUTHORITY or ~/.Xauthority if not given",
            HelpName = "FILE",
        };
        Command command = new("attach", "Make a session of any RFB (VNC) server, or of an X server here") { address, name, passwordFile, authorityFile, xAuthority };
        scope.Run(command, async call => Print(call.Report, await call.Node.StartSessionAsync(
            new StartSessionRequest(IsX11(call.Get(address)!) ? SessionKind.X11 : SessionKind.Vnc, call.Get(name)!, Address: call.Get(address),
                Password: Secrets.Read(call.Get(passwordFile), call.Environment.In),
                AuthorityFile: FullPath(call.Get(authorityFile)),
                XAuthority: FullPath(call.Get(xAuthority) ?? (IsX11(call.Get(address)!) ? XAuthorityFile() : null))), call.CancellationToken)));
        return command;
    }

    private static bool IsX11(string address) => address.StartsWith("x11:", StringComparison.OrdinalIgnoreCase);

    private static string? FullPath(string? file) => file is null ? null : Path.GetFullPath(file);

    /// <summary>Of whoever attaches: the node may be run by a service that has none. Null where there is no such file.</summary>
    private static string? XAuthorityFile() => File.Exists(XAuthority.DefaultPath) ? XAuthority.DefaultPath : null;

    private static Command Show(CommandScope scope)
    {
        Argument<string> name = NameArgument(scope);
        Option<bool> noTicket = OneTimePassword.NotWanted();
        Command command = new("show", "Show a session and how its owner connects: address and one-time password") { name, noTicket };
        scope.Run(command, async call =>
        {
            SessionInfo session = await call.Node.GetSessionAsync(call.Get(name), call.CancellationToken);
            TicketInfo? ticket = call.Get(noTicket) ? null
                : await call.Node.IssueTicketAsync(session.Name, new TicketRequest(), call.CancellationToken);
            call.Report.Item(new SessionShowInfo(session, ticket), CommandJson.Own.SessionShowInfo,
                [.. Facts(session), ("connect", ticket?.Address), ("or, here", ticket?.SocketPath is { } path ? $"{path}   (no password; this user only)" : null),
                    ("password", OneTimePassword.Text(ticket?.Password, ticket?.ExpiresAt))]);
        });
        return command;
    }

    private static Command Kill(CommandScope scope)
    {
        Argument<string> name = NameArgument(scope);
        Command command = new("kill", "End a session, its programs and everything that looks at it") { name };
        scope.Run(command, async call =>
        {
            await call.Node.KillSessionAsync(call.Get(name), call.CancellationToken);
            call.Report.Done($"session {call.Get(name)} has ended");
        });
        return command;
    }

    private static void Print(Report report, SessionInfo session) => report.Item(session, CommandJson.Api.SessionInfo, Facts(session));

    private static (string, string?)[] Facts(SessionInfo session) =>
    [
        ("session", session.Name),
        ("node", session.Node),
        ("kind", Words.Of(session.Kind)),
        ("state", Words.Of(session.State)),
        ("size", session.Size?.ToString()),
        ("title", session.Title),
        ("source", session.Source),
        ("started", Words.Of(session.StartedAt)),
        ("notice", session.Notice),
    ];

    private static Option<string> NameOption() =>
        new("--name") { Description = "what the session is called", HelpName = "NAME", Required = true, CustomParser = Parsers.Name };

    private static Argument<string> NameArgument(CommandScope scope)
    {
        Argument<string> name = new("SESSION") { Description = "the session's name", CustomParser = Parsers.Name };
        name.CompletionSources.Add(scope.Words(async (node, ct) => (await node.ListSessionsAsync(ct)).Select(session => session.Name)));
        return name;
    }
}
