using System.Net.Sockets;
using System.Runtime.Versioning;
using Microsoft.Extensions.DependencyInjection;
using Umbra.Api;
using Umbra.Api.Client;
using Umbra.Configuration;
using Umbra.Hosting;

namespace Umbra.Tests.Hosting;

[SupportedOSPlatform("linux")]
public sealed class NodeServerTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private NodeSettings Settings => new() { StateDirectory = _folder.Path, RuntimeDirectory = _folder.File("run") };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Start_FreshDirectory_SocketAndDirectoryAreTheOwnersAlone()
    {
        await using NodeServer server = await StartAsync();
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Settings.ApiSocketPath));
        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(Settings.RuntimeDirectory));
    }

    [Fact]
    public async Task Start_DirectoryOpenToOthers_IsRefused()
    {
        Directory.CreateDirectory(Settings.RuntimeDirectory, OwnerOnly | UnixFileMode.UserExecute);
        File.SetUnixFileMode(Settings.RuntimeDirectory, OwnerOnly | UnixFileMode.UserExecute | UnixFileMode.OtherWrite);
        NodeOperationException refused = await Assert.ThrowsAsync<NodeOperationException>(StartAsync);
        Assert.Contains("mode 0700", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_StaleSocket_IsReplaced()
    {
        LeaveStaleSocket();
        await using NodeServer server = await StartAsync();
        using NodeClient client = new(Settings.ApiSocketPath, TimeSpan.FromSeconds(20));
        Assert.Equal("server-a", (await client.GetVersionAsync(Ct)).Node);
    }

    [Fact]
    public async Task Start_AnotherNodeAlive_IsRefusedAndTheOtherGoesOn()
    {
        await using NodeServer first = await StartAsync();
        NodeOperationException refused = await Assert.ThrowsAsync<NodeOperationException>(StartAsync);
        Assert.Equal(ErrorCode.Conflict, refused.Code);
        using NodeClient client = new(Settings.ApiSocketPath, TimeSpan.FromSeconds(20));
        await client.GetVersionAsync(Ct);
    }

    [Fact]
    public async Task Start_SomebodyElseListens_IsRefused()
    {
        Directory.CreateDirectory(Settings.RuntimeDirectory, OwnerOnly | UnixFileMode.UserExecute);
        using Socket other = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(Settings.ApiSocketPath));
        other.Listen();
        Assert.Equal(ErrorCode.Conflict, (await Assert.ThrowsAsync<NodeOperationException>(StartAsync)).Code);
        Assert.True(File.Exists(Settings.ApiSocketPath));
    }

    [Fact]
    public async Task Start_PlainFileInTheWay_IsRefusedAndKept()
    {
        Directory.CreateDirectory(Settings.RuntimeDirectory, OwnerOnly | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(Settings.ApiSocketPath, "precious", Ct);
        await Assert.ThrowsAsync<NodeOperationException>(StartAsync);
        Assert.Equal("precious", await File.ReadAllTextAsync(Settings.ApiSocketPath, Ct));
    }

    [Fact]
    public async Task Dispose_Running_LeavesNoFile()
    {
        NodeServer server = await StartAsync();
        await server.DisposeAsync();
        Assert.Empty(Directory.EnumerateFileSystemEntries(Settings.RuntimeDirectory));
        await using NodeServer again = await StartAsync();
    }

    private Task<NodeServer> StartAsync() =>
        NodeServer.StartAsync(Settings, builder => builder.Services.AddSingleton<INodeOperations>(new FakeNode()), Ct);

    /// <summary>What a killed node leaves: a socket file that nobody listens on.</summary>
    private void LeaveStaleSocket()
    {
        Directory.CreateDirectory(Settings.RuntimeDirectory, OwnerOnly | UnixFileMode.UserExecute);
        string other = _folder.File("other.sock");
        using (Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(other));
            File.Move(other, Settings.ApiSocketPath);
        }

        Assert.True(File.Exists(Settings.ApiSocketPath));
    }
}
