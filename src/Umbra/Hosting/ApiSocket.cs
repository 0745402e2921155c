using System.Net.Sockets;
using Umbra.Api;

namespace Umbra.Hosting;

/// <summary>
/// The right to listen on the API's socket path, held as long as the node lives. A lock file beside the socket decides between nodes that
/// start at the
/// same time; a socket that nobody answers was left behind by a dead node and is removed.
/// </summary>
internal sealed class ApiSocket : IDisposable
{
    private const UnixFileMode OwnerOnlyDirectory = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly FileStream _lock;

    private ApiSocket(string path, FileStream @lock)
    {
        Path = path;
        _lock = @lock;
    }

    public string Path { get; }

    /// <exception cref="NodeOperationException">Another node lives there, or the directory is not ours alone.</exception>
    public static ApiSocket Claim(string path)
    {
        string directory = System.IO.Path.GetDirectoryName(path)!;
        MakePrivateDirectory(directory);
        FileStream held;
        try
        {
            held = new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1,
                FileOptions.DeleteOnClose);
        }
        catch (IOException exception)
        {
            throw Taken(path, exception);
        }

        try
        {
            RemoveStale(path);
            return new ApiSocket(path, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Makes the directory with mode 0700. One that others can enter is refused, not changed: it may be shared on
    /// purpose.</summary>
    /// <exception cref="NodeOperationException">It cannot be made or is open to others.</exception>
    public static void MakePrivateDirectory(string directory)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(directory);
                return;
            }

            Directory.CreateDirectory(directory, OwnerOnlyDirectory);
            UnixFileMode mode = File.GetUnixFileMode(directory);
            if ((mode & ~OwnerOnlyDirectory) != 0)
            {
                throw new NodeOperationException(ErrorCode.Conflict,
                    $"{directory} can be entered by others (mode {Convert.ToString((int)mode, 8)})",
                    $"run 'chmod 700 {directory}', or choose another directory");
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new NodeOperationException(ErrorCode.Internal, $"cannot make {directory}: {exception.Message}",
                "choose another runtimeDirectory or apiSocket", exception);
        }
    }

    public void Dispose()
    {
        File.Delete(Path);
        _lock.Dispose();
    }

    private static void RemoveStale(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        if (new FileInfo(path).Length > 0)
        {
            // A socket has no length; whatever this is, it is not ours to remove.
            throw new NodeOperationException(ErrorCode.Conflict, $"{path} exists and is not a socket",
                "remove it, or choose another apiSocket");
        }

        using Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }
        catch (SocketException exception)
        {
            throw new NodeOperationException(ErrorCode.Conflict, $"{path} cannot be probed: {exception.Message}",
                "remove it, or choose another apiSocket", exception);
        }

        throw Taken(path, null);
    }

    private static NodeOperationException Taken(string path, Exception? inner) =>
        new(ErrorCode.Conflict, $"another node is running on {path}", "stop it first, or give this one another runtimeDirectory", inner);
}
