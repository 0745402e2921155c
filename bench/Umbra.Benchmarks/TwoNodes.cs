using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Umbra.Testing;

namespace Umbra.Benchmarks;

/// <summary>
/// A desktop on server-b, shadowed from server-a: two processes of the built program, an Xvnc, and the two
/// addresses a viewer can connect to.
/// </summary>
internal sealed class TwoNodes : IAsyncDisposable
{
    /// <summary>A transport by which the two are linked.</summary>
    public const string Pipe = "pipe";

    /// <summary>The other.</summary>
    public const string Tcp = "tcp";

    /// <summary>A serial line of 115200 baud; of the second, one bit in 10000 is wrong.</summary>
    public const string Serial = "async";
    public const string NoisySerial = "async-noisy";

    public const int Baud = 115_200;
    private const string Session = "alice";
    private const double Noise = 1e-4;
    private readonly TempFolder _folder;
    private readonly TestLine? _line;
    private HostedDesktop _desktop = null!;

    private TwoNodes(TempFolder folder, TestLine? line, NodeProcess near, NodeProcess target)
    {
        _folder = folder;
        _line = line;
        Near = near;
        Target = target;
    }

    public NodeProcess Near { get; }

    public NodeProcess Target { get; }

    /// <summary>Through the link: a shadow's port on server-a.</summary>
    public EndPoint Shadow { get; private set; } = null!;

    /// <summary>The owner's socket on server-b.</summary>
    public EndPoint Direct { get; private set; } = null!;

    /// <summary>DISPLAY and XAUTHORITY of the desktop.</summary>
    public IReadOnlyDictionary<string, string?> Display => _desktop.Display;

    /// <summary>The processor time of all processes that carry pictures, so far.</summary>
    public (TimeSpan Near, TimeSpan Target) ProcessorTime => (Near.Cost.ProcessorTime, Target.Cost.ProcessorTime);

    /// <param name="transport"><see cref="Pipe"/>, <see cref="Tcp"/>, <see cref="Serial"/> or <see cref="NoisySerial"/>.</param>
    public static async Task<TwoNodes> StartAsync(int width, int height, string transport = Pipe)
    {
        TempFolder folder = new();
        TestLine? line = IsSerial(transport) ? LineOf(transport) : null;
        string link = transport switch
        {
            Tcp => string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{FreePort.Find()}"),
            Pipe => $"pipe://{folder.Combine("link.sock")}",
            _ => EndOf(line!, 1),
        };
        TwoNodes nodes = new(folder, line, await NodeProcess.StartAsync(), await NodeProcess.StartAsync());
        try
        {
            await GiveIdentityAsync(nodes.Near, "server-a", "");
            await GiveIdentityAsync(nodes.Target, "server-b", $"linkListen: [ \"{link}\" ]\nshadowing: control\n");
            await nodes.JoinAsync(line is null ? link : EndOf(line, 0));
            await nodes.StartDesktopAsync(string.Create(CultureInfo.InvariantCulture, $"{width}x{height}"));
            return nodes;
        }
        catch
        {
            await nodes.DisposeAsync();
            throw;
        }
    }

    public static bool IsSerial(string transport) => transport is Serial or NoisySerial;

    /// <summary>The line under one of the two serial transports.</summary>
    public static TestLine LineOf(string transport) => new(Baud, transport == NoisySerial ? Noise : 0);

    public async ValueTask DisposeAsync()
    {
        if (!Target.Process.HasExited)
        {
            await Target.TryRunAsync("session", "kill", Session);
        }

        await Near.DisposeAsync();
        await Target.DisposeAsync();
        _line?.Dispose();
        _folder.Dispose();
    }

    /// <summary>A node finds its keys and its settings when it starts.</summary>
    internal static async Task GiveIdentityAsync(NodeProcess node, string name, string settings)
    {
        await node.RunAsync("node", "init", "--name", name);
        await node.StopAsync();
        await File.WriteAllTextAsync(node.PathOf("umbra.yaml"), settings);
        await node.StartAgainAsync();
    }

    private static string EndOf(TestLine line, int end) => string.Create(CultureInfo.InvariantCulture, $"async://{line.Paths[end]}?baud={Baud}");

    private async Task JoinAsync(string link)
    {
        JsonElement invitation = await Target.RunAsync("node", "invite");
        await Near.RunAsync("node", "join", invitation.GetProperty("token").GetString()!, link);
    }

    private async Task StartDesktopAsync(string size)
    {
        string environment = _folder.Combine("environment");
        (await Target.TryRunAsync(["session", "start", "desktop", "--name", Session, "--size", size, "--", .. HostedDesktop.Command(environment)])).EnsureSuccess();
        JsonElement shown = await Target.RunAsync("session", "show", Session);
        Direct = new UnixDomainSocketEndPoint(shown.GetProperty("ticket").GetProperty("socketPath").GetString()!);
        JsonElement shadow = await Near.RunAsync("shadow", $"{Session}@server-b", "--control", "--no-password", "--listen", "127.0.0.1:0");
        Shadow = IPEndPoint.Parse(shadow.GetProperty("listen").GetString()!);
        _desktop = await HostedDesktop.FindAsync(environment);
    }
}
