using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Umbra.Api;
using Umbra.Transports;

namespace Umbra.Commands;

/// <summary><c>umbra drivers</c>: the transports, as the tables of fixes list them, and what they have done; how to stop and start one; how fast a wire is.</summary>
internal static class DriversCommand
{
    /// <summary>Digits of a hash that people compare.</summary>
    private const int HashDigits = 8;

    public static Command Create(CommandScope scope)
    {
        Command command = new("drivers", "List the transport drivers, where they listen and what they have done") { Start(scope), Stop(scope), Check(scope) };
        scope.Run(command, async call => List(call, await call.Node.ListDriversAsync(call.CancellationToken)));
        return command;
    }

    /// <summary>Why one does not work is too long for a table.</summary>
    private static void List(NodeCall call, IReadOnlyList<DriverInfo> drivers)
    {
        call.Report.List(
            drivers, CommandJson.Api.IReadOnlyListDriverInfo,
            new("DRIVER", d => d.Name),
            new("VERSION", d => d.File.Version),
            new("DATE", d => d.File.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
            new("SIZE", d => Words.Of(d.File.Size), true),
            new("HASH", d => d.File.Sha256[..HashDigits]),
            new("STATE", d => Words.Of(d.State)),
            new("LINKS", d => Words.Of(d.Links), true),
            new("CONNS", d => Words.Of(d.Connections), true),
            new("SENT", d => Words.OfBytes(d.SentBytes), true),
            new("RECEIVED", d => Words.OfBytes(d.ReceivedBytes), true),
            new("RETRANS", d => Words.Of(d.Retransmitted), true),
            new("DROPPED", d => Words.Of(d.Dropped), true),
            new("ERRORS", d => string.Join(' ', d.Errors.Select(error => $"{error.Key}:{error.Value}"))),
            new("LISTENS ON", d => string.Join(' ', d.Addresses)));
        foreach (DriverInfo driver in call.Report.Format == OutputFormat.Table ? drivers.Where(d => d.Problem is not null) : [])
        {
            call.Environment.Error.WriteLine($"{driver.Name}: {driver.Problem}");
        }
    }

    private static Command Start(CommandScope scope)
    {
        Argument<string> name = Driver();
        Command command = new("start", "Set a driver to work: what it listened on comes back") { name };
        scope.Run(command, async call => Tell(call, await call.Node.StartDriverAsync(call.Get(name), call.CancellationToken)));
        return command;
    }

    private static Command Stop(CommandScope scope)
    {
        Argument<string> name = Driver();
        Command command = new("stop", "End a driver's connections and take back its memory; links over it take another way where they have one") { name };
        scope.Run(command, async call => Tell(call, await call.Node.StopDriverAsync(call.Get(name), call.CancellationToken)));
        return command;
    }

    private static Command Check(CommandScope scope)
    {
        Argument<string> address = new("ADDRESS") { Description = $"where another node listens: {TransportDrivers.Forms}" };
        Option<string?> node = new("--node") { Description = "who has to answer there; any enrolled node if not given", HelpName = "NODE" };
        Option<double> seconds = new("--seconds")
        {
            Description = $"how long bytes are sent, in each direction; {WireCheckRequest.UsualSeconds} if not given", HelpName = "N", DefaultValueFactory = _ => WireCheckRequest.UsualSeconds,
        };
        Command command = new("check", "Measure the way to another node: handshake, round trip, throughput, loss") { address, node, seconds };
        scope.Run(command, async call =>
        {
            IAsyncEnumerable<WireCheckInfo> steps = await call.Node.CheckWireAsync(new WireCheckRequest(call.Get(address), call.Get(node), call.Get(seconds)), call.CancellationToken);
            WireCheckInfo result = await FollowAsync(call, steps);
            call.Report.Item(result, CommandJson.Api.WireCheckInfo,
                ("address", result.Address),
                ("node", result.Node),
                ("connect", Milliseconds(result.ConnectTime)),
                ("TLS", Milliseconds(result.HandshakeTime)),
                ("round trip", $"{Milliseconds(result.RoundTrip)} median, {Milliseconds(result.RoundTripMost)} at most"),
                ("receives", $"{Words.OfBytes((long)(result.ReceiveRate ?? 0))}/s"),
                ("sends", $"{Words.OfBytes((long)(result.SendRate ?? 0))}/s"),
                ("loss", result.LossPercent is { } loss
                    ? string.Create(CultureInfo.InvariantCulture, $"{loss:0.##} % ({Words.Of(result.Retransmitted)} packets were sent once more)")
                    : "none that can be seen from here"));
        });
        return command;
    }

    /// <summary>Shows how far it is where a person waits.</summary>
    /// <exception cref="NodeOperationException">It ended before it was done.</exception>
    private static async Task<WireCheckInfo> FollowAsync(NodeCall call, IAsyncEnumerable<WireCheckInfo> steps)
    {
        WireCheckInfo? last = null;
        async Task ReadAsync(Action<WireCheckInfo> show)
        {
            await foreach (WireCheckInfo step in steps.WithCancellation(call.CancellationToken))
            {
                last = step;
                show(step);
            }
        }

        if (call.Environment.IsTerminal)
        {
            IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(call.Environment.Error) });
            await console.Progress().AutoClear(true).StartAsync(async progress =>
            {
                ProgressTask bar = progress.AddTask("connected", maxValue: 1);
                await ReadAsync(step => (bar.Value, bar.Description) = (step.Progress, Words.Of(step.Phase)));
            });
        }
        else
        {
            await ReadAsync(_ => { });
        }

        return last is { Phase: WireCheckPhase.Done }
            ? last
            : throw new NodeOperationException(ErrorCode.NodeUnreachable, "the wire was lost while it was measured", "try again; this node's log says more");
    }

    private static void Tell(NodeCall call, DriverInfo driver) => call.Report.Item(driver, CommandJson.Api.DriverInfo,
        ("driver", driver.Name), ("file", $"{driver.File.Name} {driver.File.Version}"), ("state", Words.Of(driver.State)), ("problem", driver.Problem), ("listens on", driver.State == Transports.Drivers.DriverState.Running ? string.Join(' ', driver.Addresses) : null));

    private static Argument<string> Driver()
    {
        Argument<string> name = new("DRIVER") { Description = "as in 'umbra drivers', such as Tdtcp or tcp" };
        name.CompletionSources.Add([.. TransportDrivers.All.Where(d => !d.IsInternal).Select(d => d.Name)]);
        return name;
    }

    private static string Milliseconds(double? time) => string.Create(CultureInfo.InvariantCulture, $"{time:0.00} ms");
}
