using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Umbra.Api;
using Umbra.Configuration;
using Umbra.Hosting;

namespace Umbra.Tests;

/// <summary>A node in this process with a <see cref="FakeNode"/> behind its API, and a command line that talks to it.</summary>
public abstract class NodeFixture : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private NodeServer? _server;

    internal FakeNode Node { get; } = new();

    internal TempFolder Folder => _folder;

    protected string Socket => _folder.File("api.sock");

    protected HttpClient Http { get; private set; } = null!;

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    internal NodeSettings Settings => new() { StateDirectory = _folder.Path, RuntimeDirectory = _folder.Path, LogLevel = LogLevel.None };

    public async ValueTask InitializeAsync()
    {
        _server = await NodeServer.StartAsync(Settings, builder => builder.Services.AddSingleton<INodeOperations>(Node), Ct);
        Http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, ct) =>
            {
                Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), ct);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        { BaseAddress = new Uri("http://node"), Timeout = TimeSpan.FromSeconds(30) };
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _server!.DisposeAsync();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    internal Task<CommandResult> RunAsync(params string[] arguments) =>
        CommandResult.RunAsync(arguments, new() { ["UMBRA_API"] = Socket }, _folder.Path);
}
