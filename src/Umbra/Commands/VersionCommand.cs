using System.CommandLine;
using Umbra.Api;

namespace Umbra.Commands;

/// <summary><c>umbra version</c>: of this program; it talks to nobody.</summary>
internal static class VersionCommand
{
    public static Command Create(CommandScope scope)
    {
        Command command = new("version", "Print the version");
        command.SetAction(arguments =>
        {
            VersionInfo version = VersionInfo.Current();
            scope.ReportFor(arguments)
                .Item(version, CommandJson.Api.VersionInfo, ("umbra", version.Version), ("runtime", version.Runtime),
                ("platform", version.Platform));
            return ExitCodes.Ok;
        });
        return command;
    }
}
