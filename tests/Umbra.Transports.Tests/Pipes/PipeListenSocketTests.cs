using System.Net.Sockets;
using System.Runtime.Versioning;
using Umbra.Transports.Pipes;

namespace Umbra.Transports.Tests.Pipes;

[SupportedOSPlatform("linux")]
public sealed class PipeListenSocketTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("umbra-pipe-").FullName;

    private string SocketPath => Path.Combine(_directory, "own", "s");

    [Fact]
    public void Bind_FreshPath_OnlyTheOwnerMayOpenIt()
    {
        using Socket socket = PipeListenSocket.Bind(SocketPath, 1);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SocketPath));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(
            Path.GetDirectoryName(SocketPath)!));
        Assert.Equal([SocketPath], Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(SocketPath)!));
    }

    [Fact]
    public void Dispose_RemovesTheFile()
    {
        PipeListenSocket.Bind(SocketPath, 1).Dispose();

        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(SocketPath)!));
    }

    [Fact]
    public void Bind_SocketOfADeadProcess_TakesItsPlace()
    {
        // What a killed process leaves: the file that nobody listens on. Moved away, so that disposing does not find it.
        PipeListenSocket.Bind(SocketPath, 1).Dispose();
        using (Socket dead = PipeListenSocket.Bind(SocketPath + "2", 1))
        {
            File.Move(SocketPath + "2", SocketPath);
        }

        Assert.True(Path.Exists(SocketPath));
        using Socket socket = PipeListenSocket.Bind(SocketPath, 1);
        using Socket client = Connect();
    }

    [Fact]
    public void Bind_ServedSocket_RefusesAndLeavesIt()
    {
        using Socket first = PipeListenSocket.Bind(SocketPath, 1);

        Assert.Contains("another process serves it", Assert.Throws<IOException>(() =>
            PipeListenSocket.Bind(SocketPath, 1)).Message, StringComparison.Ordinal);
        using Socket client = Connect();
    }

    [Fact]
    public void Bind_ServedSocketWithAFullBacklog_RefusesAndLeavesIt()
    {
        using Socket first = PipeListenSocket.Bind(SocketPath, 0);
        using Socket waiting = Connect();

        Assert.Contains("another process serves it", Assert.Throws<IOException>(() =>
            PipeListenSocket.Bind(SocketPath, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bind_PlainFile_RefusesAndLeavesIt()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(SocketPath)!);
        File.WriteAllText(SocketPath, "precious");

        Assert.Contains("no socket", Assert.Throws<IOException>(() =>
            PipeListenSocket.Bind(SocketPath, 1)).Message, StringComparison.Ordinal);
        Assert.Equal("precious", File.ReadAllText(SocketPath));
    }

    [Fact]
    public void Bind_LinkToAPlainFile_RefusesAndLeavesIt()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(SocketPath)!);
        File.WriteAllText(SocketPath + ".target", "precious");
        File.CreateSymbolicLink(SocketPath, SocketPath + ".target");

        Assert.Throws<IOException>(() => PipeListenSocket.Bind(SocketPath, 1));
        Assert.True(File.Exists(SocketPath));
    }

    [Fact]
    public void Bind_LongPath_SaysTheLimit() =>
        Assert.Contains("at most 107 bytes", Assert.Throws<IOException>(() =>
            PipeListenSocket.Bind("/tmp/" + new string('x', 103), 1)).Message, StringComparison.Ordinal);

    [Fact]
    public void Bind_WhereOthersMayWrite_Refuses()
    {
        File.SetUnixFileMode(_directory, (UnixFileMode)0b111_111_111);

        Assert.Contains("others may write", Assert.Throws<IOException>(() =>
            PipeListenSocket.Bind(Path.Combine(_directory, "s"), 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bind_ManyAtOnce_OneWins()
    {
        using Socket dead = PipeListenSocket.Bind(SocketPath + "2", 1);
        File.Move(SocketPath + "2", SocketPath);
        dead.Dispose();

        Socket?[] sockets = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            try
            {
                return PipeListenSocket.Bind(SocketPath, 8);
            }
            catch (IOException)
            {
                return null;
            }
        })));

        using Socket winner = Assert.Single(sockets, s => s is not null)!;
        using Socket client = Connect();
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private Socket Connect()
    {
        Socket client = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(SocketPath));
        return client;
    }
}
