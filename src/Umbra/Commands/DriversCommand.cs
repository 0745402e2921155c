using System.CommandLine;
using Umbra.Configuration;

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
            new("CONNECTIONS", d => Words.Of(d.Connections), true),
            new("RECEIVED", d => ByteSize.Format(d.BytesReceived), true),
            new("SENT", d => ByteSize.Format(d.BytesSent), true),
            new("LISTENS ON", d => string.Join(' ', d.Addresses))));
        return command;
    }
}
