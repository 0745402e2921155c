using Umbra.Api;

namespace Umbra.Commands;

/// <summary>Secrets come from files or standard input, never from the command line, where everybody on the machine can read them.</summary>
internal static class Secrets
{
    /// <summary>The first line; null where no file is given.</summary>
    /// <exception cref="NodeOperationException">It cannot be read or is empty.</exception>
    public static string? Read(string? file, TextReader input)
    {
        if (file is null)
        {
            return null;
        }

        string? line;
        try
        {
            line = file == "-" ? input.ReadLine() : File.ReadLines(file).FirstOrDefault();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new NodeOperationException(ErrorCode.InvalidRequest, $"cannot read {file}: {exception.Message}",
                "name a file that you may read, or - for standard input", exception);
        }

        Invalid.If(string.IsNullOrEmpty(line), $"the first line of {file} is empty", "put the secret into the first line");
        return line;
    }
}
