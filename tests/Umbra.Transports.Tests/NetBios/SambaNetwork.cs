using Umbra.Testing;

namespace Umbra.Transports.Tests.NetBios;

/// <summary>Two machines on one cable: ours, and one with Samba. All that goes over the cable is captured.</summary>
internal sealed class SambaNetwork : IAsyncDisposable
{
    public const string OurAddress = "10.77.0.1";
    public const string SambaAddress = "10.77.0.2";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly TempFolder _folder = new();
    private readonly List<ExternalProcess> _servers = [];
    private ExternalProcess _capture = null!;

    private SambaNetwork(NetworkNamespace ours, NetworkNamespace samba)
    {
        Ours = ours;
        Samba = samba;
    }

    public NetworkNamespace Ours { get; }

    public NetworkNamespace Samba { get; }

    private string Settings => _folder.Combine("smb.conf");

    private string CaptureFile => _folder.Combine("capture.pcap");

    /// <param name="name">Of Samba's machine.</param>
    public static async Task<SambaNetwork> StartAsync(string name)
    {
        foreach (string program in new[] { "ip", "nmblookup", "smbclient", "smbd", "nmbd", "tcpdump", "tshark" })
        {
            Require.Program(program);
        }

        Assert.SkipUnless(Environment.IsPrivilegedProcess, "a network of its own needs root");
        SambaNetwork network = new(await NetworkNamespace.CreateAsync("ours"), await NetworkNamespace.CreateAsync("samba"));
        await network.Ours.IpAsync($"link add cable type veth peer name cable netns {network.Samba.Name}");
        foreach ((NetworkNamespace machine, string address) in new[] { (network.Ours, OurAddress), (network.Samba, SambaAddress) })
        {
            await machine.IpAsync($"address add {address}/24 broadcast + dev cable");
            await machine.IpAsync("link set cable up");
        }

        await File.WriteAllTextAsync(network.Settings, $"""
            [global]
            netbios name = {name}
            workgroup = UMBRAWG
            interfaces = {SambaAddress}/24
            bind interfaces only = yes
            name resolve order = bcast
            smb ports = 139
            local master = no
            load printers = no
            printcap name = /dev/null
            disable spoolss = yes
            private dir = {network._folder.Path}
            state directory = {network._folder.Path}
            cache directory = {network._folder.Path}
            lock directory = {network._folder.Path}
            pid directory = {network._folder.Path}
            ncalrpc dir = {network._folder.Combine("rpc")}
            log file = {network._folder.Combine("log")}
            """);
        network._capture = network.Ours.Start("tcpdump", "--immediate-mode", "-Z", "root", "-i", "cable", "-U", "-w", network.CaptureFile);
        await network._capture.Errors.WaitForAsync(line => line.Contains("listening on", StringComparison.Ordinal), Limit);
        return network;
    }

    /// <summary>One of Samba's clients, to its end.</summary>
    public Task<ProcessResult> RunAsync(string program, params string[] arguments) => Samba.ExecAsync(program, ["-s", Settings, .. arguments]);

    /// <summary>One of Samba's servers, until this is disposed.</summary>
    public ExternalProcess Serve(string program)
    {
        ExternalProcess server = Samba.Start(program, "-F", "--no-process-group", "--debug-stdout", "-d", "3", "-s", Settings);
        _servers.Add(server);
        return server;
    }

    /// <summary>Everything that was said so far can be read by others, and is as the protocol wants it.</summary>
    /// <returns>A line for each packet of NetBIOS.</returns>
    public async Task<string> ReadCaptureAsync()
    {
        // What it has not read yet when it is interrupted is lost.
        for (long before = -1, size = 0; before != size; size = new FileInfo(CaptureFile).Length)
        {
            before = size;
            await Task.Delay(300);
        }

        _capture.Send(Signal.Interrupt);
        await _capture.WaitForExitAsync(Limit);
        string wrong = await ReadAsync("(nbns || nbss) && (_ws.malformed || (_ws.expert && !tcp.analysis.flags && !tcp.connection.rst))");
        Assert.Empty(wrong);
        return await ReadAsync("nbns || nbss");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ExternalProcess process in _servers.Append(_capture))
        {
            await process.DisposeAsync();
        }

        await Ours.DisposeAsync();
        await Samba.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<string> ReadAsync(string filter) => (await ExternalProcess.RunAsync("tshark", ["-n", "-r", CaptureFile, "-Y", filter])).EnsureSuccess().Output;
}
