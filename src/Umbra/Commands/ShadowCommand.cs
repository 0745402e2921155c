using System.CommandLine;
using Umbra.Api;

namespace Umbra.Commands;

/// <summary><c>umbra shadow SESSION[@NODE]</c> and <c>umbra shadow ls|show|stop|mode</c>.</summary>
internal static class ShadowCommand
{
    public static Command Create(CommandScope scope)
    {
        Argument<SessionAddress> session = SessionArgument(scope);
        Option<bool> view = new("--view") { Description = "look only (what happens unless --control is given)" };
        Option<bool> control = new("--control") { Description = "look and take the controls" };
        Option<string?> reason = new("--reason") { Description = "why; kept with the shadow", HelpName = "TEXT" };
        Option<string?> listen = new("--listen") { Description = "where your viewer connects, as in 127.0.0.1:5999", HelpName = "IP:PORT" };
        Option<bool> noPassword = new("--no-password") { Description = "let the viewer in without password; loopback only" };
        Option<bool> open = new("--open") { Description = "start the installed VNC viewer, where there is a display" };
        Command command = new("shadow", "Look into a session, here or on another node")
        {
            session, view, control, reason, listen, noPassword, open, List(scope), Show(scope), Stop(scope), Mode(scope),
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(view) && result.GetValue(control))
            {
                result.AddError("--view and --control exclude each other");
            }
        });
        scope.Run(command, async call =>
        {
            ShadowInfo shadow = await call.Node.StartShadowAsync(
                new StartShadowRequest(call.Get(session).ToString(), call.Get(control) ? ShadowMode.Control : ShadowMode.View,
                    call.Get(reason), call.Get(listen), call.Get(noPassword),
                    Environment.UserName),
                call.CancellationToken);
            Print(call.Report, shadow);
            if (call.Get(open))
            {
                VncViewer.Open(shadow, call.Environment);
            }
        });
        return command;
    }

    /// <summary>SESSION[@NODE], completed with this node's sessions and, after an @, with nodes.</summary>
    public static Argument<SessionAddress> SessionArgument(CommandScope scope)
    {
        Argument<SessionAddress> session = new("SESSION") { Description = "SESSION or SESSION@NODE", CustomParser = Parsers.Session };
        session.CompletionSources.Add(scope.Words(async (node, ct) => (await node.ListSessionsAsync(ct)).Select(s => s.Name)));
        session.CompletionSources.Add(context =>
        {
            int at = context.WordToComplete.IndexOf('@', StringComparison.Ordinal);
            string name = at < 0 ? "" : context.WordToComplete[..at];
            return at < 0 ? [] : scope.Words(async (node, ct) => (await node.ListNodesAsync(ct)).Where(n => n.State != NodeState.Self)
                .Select(n => $"{name}@{n.Name}"))(context);
        });
        return session;
    }

    private static Command List(CommandScope scope)
    {
        Command command = new("ls", "List shadows started here");
        scope.Run(command, async call => call.Report.List(
            await call.Node.ListShadowsAsync(call.CancellationToken), CommandJson.Api.IReadOnlyListShadowInfo,
            new("ID", s => s.Id),
            new("SESSION", s => s.Session),
            new("MODE", s => Words.Of(s.Mode)),
            new("STATE", s => Words.Of(s.State)),
            new("SHADOWER", s => s.Shadower),
            new("LISTEN", s => s.Listen),
            new("VIEWERS", s => Words.Of(s.Viewers), true),
            new("FRAMES", s => Words.Of(s.Frames), true),
            new("BYTES", s => Configuration.ByteSize.Format(s.Bytes), true),
            new("STARTED", s => Words.Of(s.StartedAt)),
            new("REASON", s => s.Reason)));
        return command;
    }

    private static Command Show(CommandScope scope)
    {
        Argument<string> id = IdArgument(scope);
        Option<bool> noTicket = OneTimePassword.NotWanted();
        Command command = new("show", "Show a shadow and how another viewer connects: address and one-time password") { id, noTicket };
        scope.Run(command, async call =>
        {
            ShadowInfo shadow = await call.Node.GetShadowAsync(call.Get(id), call.CancellationToken);

            // One from another node has its address there.
            bool isHere = shadow.Listen.Length > 0;
            Print(call.Report, isHere && !call.Get(noTicket) ? await call.Node.IssueShadowTicketAsync(shadow.Id, call.CancellationToken) : shadow);
        });
        return command;
    }

    private static Command Stop(CommandScope scope)
    {
        Argument<string> id = IdArgument(scope);
        Command command = new("stop", "End a shadow") { id };
        scope.Run(command, async call =>
        {
            await call.Node.StopShadowAsync(call.Get(id), call.CancellationToken);
            call.Report.Done($"shadow {call.Get(id)} has ended");
        });
        return command;
    }

    private static Command Mode(CommandScope scope)
    {
        Argument<string> id = IdArgument(scope);
        Argument<ShadowMode> mode = new("MODE") { Description = "view or control", HelpName = "view|control" };
        mode.CompletionSources.Clear();
        mode.CompletionSources.Add("view", "control");
        Command command = new("mode", "Raise or lower a shadow's mode; the target node decides") { id, mode };
        scope.Run(command, async call =>
            Print(call.Report,
            await call.Node.ChangeShadowAsync(call.Get(id), new ChangeShadowRequest(call.Get(mode)), call.CancellationToken)));
        return command;
    }

    private static void Print(Report report, ShadowInfo shadow) => report.Item(shadow, CommandJson.Api.ShadowInfo,
        ("shadow", shadow.Id),
        ("session", shadow.Session),
        ("mode", Words.Of(shadow.Mode)),
        ("state", Words.Of(shadow.State)),
        ("reason", shadow.Reason),
        ("shadower", shadow.Shadower),
        ("connect", shadow.Listen.Length > 0 ? shadow.Listen : null),
        ("password", OneTimePassword.Text(shadow.Password, shadow.PasswordExpiresAt)),
        ("notice", shadow.Notice),
        ("end with", $"umbra shadow stop {shadow.Id}"));

    private static Argument<string> IdArgument(CommandScope scope)
    {
        Argument<string> id = new("ID") { Description = "the shadow's id, from 'umbra shadow ls'" };
        id.CompletionSources.Add(scope.Words(async (node, ct) => (await node.ListShadowsAsync(ct)).Select(shadow => shadow.Id)));
        return id;
    }
}
