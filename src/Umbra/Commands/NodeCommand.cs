using System.CommandLine;
using Umbra.Api;
using Umbra.Configuration;
using Umbra.Transports;

namespace Umbra.Commands;

/// <summary><c>umbra node init|invite|join|ls|address|rm</c>.</summary>
internal static class NodeCommand
{
    public static Command Create(CommandScope scope) => new("node", "This node and the nodes it knows")
    {
        Init(scope), Invite(scope), Join(scope), List(scope), Address(scope), Remove(scope),
    };

    private static Command Init(CommandScope scope)
    {
        Option<string> name = new("--name")
        {
            Description = "what other nodes call this one",
            HelpName = "NAME",
            Required = true,
            CustomParser = Parsers.Name
        };
        ServeOptions options = new(setting => setting.Key == "stateDirectory");
        Command command = new("init", "Make this node's keys and its private certificate authority") { name };
        options.AddTo(command);
        command.SetAction(arguments =>
        {
            NodeSettings settings = options.Load(arguments, scope.Environment);
            NodeInfo node = scope.Environment.InitializeNode(arguments.GetRequiredValue(name), settings);
            Print(scope.ReportFor(arguments), node, ("state", settings.StateDirectory));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Invite(CommandScope scope)
    {
        Option<TimeSpan?> lifetime = new("--lifetime")
        {
            Description = "how long it is good for, as in 1h",
            HelpName = "DURATION",
            CustomParser = result => Parsers.Duration(result)
        };
        Command command = new("invite", "Print a token with which one node may enrol, once") { lifetime };
        scope.Run(command, async call =>
        {
            int? seconds = call.Get(lifetime) is { } time ? Math.Max(1, (int)time.TotalSeconds) : null;
            InviteInfo invite = await call.Node.InviteNodeAsync(new InviteRequest(seconds), call.CancellationToken);
            call.Report.Item(invite, CommandJson.Api.InviteInfo,
                ("token", invite.Token),
                ("good until", Words.Of(invite.ExpiresAt)),
                ("on the other", $"umbra node join TOKEN {(invite.Addresses.Count > 0 ? invite.Addresses[0] : "ADDRESS")}"),
                ("notice", invite.Addresses.Count == 0 ? "this node listens on nothing that others can be told: set linkListen" : null));
        });
        return command;
    }

    private static Command Join(CommandScope scope)
    {
        Argument<string> token = new("TOKEN") { Description = "what 'umbra node invite' printed; - reads it from standard input" };
        Argument<string> address = new("ADDRESS") { Description = $"the inviting node: {TransportDrivers.Forms}" };
        address.Validators.Add(result =>
        {
            if (TransportAddress.WhyNotConnect(result.Tokens[0].Value) is { } wrong)
            {
                result.AddError(wrong);
            }
        });
        Option<bool> force = new("--force") { Description = "also where this node has peers of its own, who lose it" };
        Command command = new("join", "Enrol this node with the one that gave the token") { token, address, force };
        scope.Run(command, async call =>
        {
            string secret = call.Get(token) == "-" ? Secrets.Read("-", call.Environment.In)! : call.Get(token);
            JoinRequest request = new(secret, call.Get(address), call.Get(force));
            Print(call.Report, await call.Node.JoinNodeAsync(request, call.CancellationToken));
        });
        return command;
    }

    private static Command List(CommandScope scope)
    {
        Command command = new("ls", "List the nodes this node knows");
        scope.Run(command, async call => call.Report.List(
            await call.Node.ListNodesAsync(call.CancellationToken), CommandJson.Api.IReadOnlyListNodeInfo,
            new("NODE", n => n.Name),
            new("STATE", n => Words.Of(n.State)),
            new("LINKS", n => Words.Of(n.Links), true),
            new("ADDRESSES", n => string.Join(' ', n.Addresses)),
            new("JOINED", n => n.JoinedAt is { } time ? Words.Of(time) : null),
            new("FINGERPRINT", n => n.Fingerprint)));
        return command;
    }

    private static Command Address(CommandScope scope)
    {
        Argument<string> name = Other(scope);
        Argument<string[]> addresses = new("ADDRESS") { Description = $"where it is reached, best first: {TransportDrivers.Forms}", Arity = ArgumentArity.OneOrMore };
        Command command = new("address", "Say where a node is reached, in order of preference, in place of what it told of itself") { name, addresses };
        scope.Run(command, async call => Print(
            call.Report, await call.Node.SetNodeAddressesAsync(call.Get(name), new NodeAddressesRequest(call.Get(addresses)), call.CancellationToken)));
        return command;
    }

    private static Argument<string> Other(CommandScope scope)
    {
        Argument<string> name = new("NODE") { Description = "the node's name", CustomParser = Parsers.Name };
        name.CompletionSources.Add(scope.Words(async (node, ct) => (await node.ListNodesAsync(ct)).Where(n => n.State != NodeState.Self)
            .Select(n => n.Name)));
        return name;
    }

    private static Command Remove(CommandScope scope)
    {
        Argument<string> name = Other(scope);
        Command command = new("rm", "Forget a node: its certificate is worth nothing here from then on") { name };
        scope.Run(command, async call =>
        {
            await call.Node.RemoveNodeAsync(call.Get(name), call.CancellationToken);
            call.Report.Done($"node {call.Get(name)} is forgotten");
        });
        return command;
    }

    private static void Print(Report report, NodeInfo node, params ReadOnlySpan<(string, string?)> more) =>
        report.Item(node, CommandJson.Api.NodeInfo,
        [("node", node.Name), ("addresses", string.Join(' ', node.Addresses)), ("fingerprint", node.Fingerprint), .. more]);
}
