using System.CommandLine;

namespace Umbra.Commands;

/// <summary><c>umbra drivers</c>: the transports.</summary>
internal static class DriversCommand
{
    public static Command Create(CommandScope scope)
    {
        Command command = new("drivers", "List the transport drivers and where they listen");
        scope.Run(command, async call => call.Report.List(
            await call.Node.ListDriversAsync(call.CancellationToken), CommandJson.Api.IReadOnlyListDriverInfo,
            new("DRIVER", d => d.Name),
            new("SCHEME", d => d.Scheme),
            new("LINKS", d => Words.Of(d.Links), true),
            new("LISTENS ON", d => string.Join(' ', d.Addresses))));
        return command;
    }
}
