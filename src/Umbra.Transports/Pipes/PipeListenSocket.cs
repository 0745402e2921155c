using System.Net.Sockets;
using System.Text;

namespace Umbra.Transports.Pipes;

/// <summary>
/// A listening Unix socket that only its owner can open: in a directory of the owner's, mode 0600. The file goes when the socket is
/// disposed;
/// one that a killed process left behind is removed first, one that somebody serves is left alone.
/// </summary>
public static class PipeListenSocket
{
    /// <summary>Longest path of a Unix socket in bytes: sockaddr_un has room for 108, one of them 0.</summary>
    public const int MaxPathBytes = 107;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Strangers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private const UnixFileMode Everybody = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
    private const UnixFileMode Passage = UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Makes the directory (0700) where it is missing.</summary>
    /// <param name="isShared">Others can open it, too (0666, in a directory 0711): who accepts looks at who they are.</param>
    /// <exception cref="IOException">The path is too long, taken, or in a directory where others may write.</exception>
    public static Socket Bind(string path, int backlog, bool isShared = false)
    {
        int length = Encoding.UTF8.GetByteCount(path);
        if (length > MaxPathBytes)
        {
            throw new IOException($"the path of a socket has at most {MaxPathBytes} bytes, this one {length}: {path}");
        }

        PrepareDirectory(path, isShared);
        using FileStream held = Lock(path);
        RemoveStale(path);
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            if (!OperatingSystem.IsWindows())
            {
                // Nobody can connect between bind and listen, so there is no moment at which the file is open to others.
                File.SetUnixFileMode(path, isShared ? Everybody : OwnerOnly);
            }

            // Still under the lock: a socket that is bound and does not listen looks stale to the next one who comes.
            socket.Listen(backlog);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new IOException($"cannot listen on {path}: {e.Message}", e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void PrepareDirectory(string path, bool isShared)
    {
        string directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
            return;
        }

        Directory.CreateDirectory(directory, OwnerOnly | UnixFileMode.UserExecute | (isShared ? Passage : 0));
        if ((File.GetUnixFileMode(directory) & Strangers) != 0)
        {
            throw new IOException($"others may write in {directory}: put the socket into a directory of its own (mode 0700)");
        }
    }

    /// <summary>Two that start at once must not each take the other's socket for stale. Held until the socket listens.</summary>
    private static FileStream Lock(string path)
    {
        string file = path + ".lock";
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException e)
        {
            throw new IOException($"another process is about to listen on {path}", e);
        }
    }

    private static void RemoveStale(string path)
    {
        if (!Path.Exists(path))
        {
            return;
        }

        // A plain file refuses connections too.
        if (!UnixFile.IsSocket(path))
        {
            throw new IOException($"cannot listen on {path}: there is a file that is no socket");
        }

        using Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // Unix sockets answer at once; where the backlog is full a blocking connect would wait, and that means somebody is there.
            probe.Blocking = false;
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.TryAgain)
        {
        }
        catch (SocketException e)
        {
            throw new IOException($"cannot listen on {path}: there is a socket that cannot be probed: {e.Message}", e);
        }

        throw new IOException($"cannot listen on {path}: another process serves it");
    }
}
