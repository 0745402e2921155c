using System.CommandLine;
using Umbra.Api;

namespace Umbra.Commands;

/// <summary><c>umbra snapshot SESSION[@NODE] FILE.png</c>.</summary>
internal static class SnapshotCommand
{
    public static Command Create(CommandScope scope)
    {
        Argument<SessionAddress> session = ShadowCommand.SessionArgument(scope);
        Argument<string> file = new("FILE") { Description = "where the PNG goes; - is standard output" };
        Command command = new("snapshot", "Take the newest picture of a session as PNG") { session, file };
        scope.Run(command, async call =>
        {
            ReadOnlyMemory<byte> png = await call.Node.TakeSnapshotAsync(call.Get(session), call.CancellationToken);
            string path = call.Get(file);
            if (path == "-")
            {
                await call.Environment.OutBytes.WriteAsync(png, call.CancellationToken);
                return;
            }

            await WriteAsync(path, png, call.CancellationToken);
            call.Report.Done($"{call.Get(session)} is in {path} ({Configuration.ByteSize.Format(png.Length)})");
        });
        return command;
    }

    /// <summary>Whole or not at all: written beside its place and moved there.</summary>
    private static async Task WriteAsync(string path, ReadOnlyMemory<byte> png, CancellationToken cancellationToken)
    {
        string partial = $"{path}.{Environment.ProcessId}.part";
        try
        {
            await File.WriteAllBytesAsync(partial, png, cancellationToken);
            File.Move(partial, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            DeleteQuietly(partial);
            throw new NodeOperationException(ErrorCode.InvalidRequest, $"cannot write {path}: {exception.Message}",
                "name a file in a directory that exists and that you may write", exception);
        }
    }

    private static void DeleteQuietly(string path)
    {
        if (File.Exists(path))
        {
            File.Delete(path);
        }
    }
}
