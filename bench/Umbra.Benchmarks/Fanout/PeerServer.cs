using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Umbra.Testing;

namespace Umbra.Benchmarks.Fanout;

/// <summary>A server of somebody else's, as it comes but for what lets many viewers in without a password.</summary>
internal sealed class PeerServer : FanoutServer
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(20);
    private readonly XDisplay _x;
    private readonly ExternalProcess _server;
    private readonly int _port;

    private PeerServer(XDisplay x, ExternalProcess server, int port)
    {
        _x = x;
        _server = server;
        _port = port;
    }

    public override IReadOnlyDictionary<string, string?> Display => _x.Variables;

    public override int Process => _server.Id;

    public override int? XServer => _server == _x.Server ? null : _x.Server.Id;

    public static async Task<PeerServer> StartXvncAsync(int width, int height)
    {
        int port = FreePort.Find();
        XDisplay x = await XDisplay.StartXvncAsync(width, height, "-rfbport", Text(port), "-localhost", "-AlwaysShared");
        return new PeerServer(x, x.Server, port);
    }

    public static Task<PeerServer> StartX11vncAsync(int width, int height) => StartAsync(width, height, (x, port) =>
        ExternalProcess.Start(Require.Program("x11vnc"), ["-rfbport", Text(port), "-localhost", "-nopw", "-shared", "-forever", "-quiet"], x.Variables));

    /// <summary>It may take the whole core; as it comes it keeps to a third of one where it has to look for changes.</summary>
    public static Task<PeerServer> StartX0vncserverAsync(int width, int height) => StartAsync(width, height, (x, port) =>
        ExternalProcess.Start(Require.Program("X0tigervnc"), ["-rfbport", Text(port), "-localhost", "-SecurityTypes", "None", "-AlwaysShared", "-MaxProcessorUsage", "100"], x.Variables));

    /// <summary>An Xvnc, and a relay before it.</summary>
    public static async Task<PeerServer> StartRelayAsync(int width, int height)
    {
        PeerServer behind = await StartXvncAsync(width, height);
        ExternalProcess relay = ExternalProcess.Start(Environment.ProcessPath!, [Relay.Verb, Text($"127.0.0.1:{behind._port}")], OwnProgram.Variables, hasInput: true);
        try
        {
            string port = await relay.Output.WaitForAsync(_ => true, StartTimeout);
            return new PeerServer(behind._x, relay, int.Parse(port, CultureInfo.InvariantCulture));
        }
        catch
        {
            await relay.DisposeAsync();
            await behind.DisposeAsync();
            throw;
        }
    }

    public override Task<IReadOnlyList<string>> OpenAsync(int viewers) => Task.FromResult<IReadOnlyList<string>>([.. Enumerable.Repeat(Text($"127.0.0.1:{_port}"), viewers)]);

    public override async ValueTask DisposeAsync()
    {
        if (_server != _x.Server)
        {
            await _server.DisposeAsync();
        }

        await _x.DisposeAsync();
    }

    /// <summary>A server that reads an X server without a network.</summary>
    private static async Task<PeerServer> StartAsync(int width, int height, Func<XDisplay, int, ExternalProcess> start)
    {
        XDisplay x = await XDisplay.StartXvfbAsync(width, height);
        try
        {
            int port = FreePort.Find();
            PeerServer server = new(x, start(x, port), port);
            await server.WaitAsync();
            return server;
        }
        catch
        {
            await x.DisposeAsync();
            throw;
        }
    }

    private async Task WaitAsync()
    {
        for (DateTime end = DateTime.UtcNow + StartTimeout; ;)
        {
            using TcpClient client = new();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, _port);
                return;
            }
            catch (SocketException exception)
            {
                if (_server.HasExited || DateTime.UtcNow > end)
                {
                    throw new InvalidOperationException($"the server does not listen\n{_server.Errors}", exception);
                }

                await Task.Delay(50);
            }
        }
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
