using System.Net;
using Umbra.Core.Memory;
using Umbra.Testing;
using Umbra.Transports.Ipx;
using Umbra.Transports.Tests.Contract;

namespace Umbra.Transports.Tests.Ipx;

/// <summary>DOSBox, in both roles: another program's idea of the same network.</summary>
public sealed class DosBoxTests : PoolTest
{
    private readonly TempFolder _folder = new();

    [Fact]
    public async Task DosBox_AtOurHub_PingsOurNode()
    {
        string program = Require.Program("dosbox");
        await using IpxHub hub = new(new IPEndPoint(IPAddress.Loopback, 0), Pool.AsMemoryPool(BufferTag.TdIpx, Account), TimeProvider.System);
        await using IpxStation node = await IpxStation.OpenAsync(Pool, new IpxOptions { Hub = hub.Local });
        await using ExternalProcess dosBox = Start(program, $"ipxnet connect 127.0.0.1 {hub.Local.Port}", "ipxnet ping > PING.TXT", "exit");
        await dosBox.WaitForExitAsync(Handlers.Limit);

        string ping = await File.ReadAllTextAsync(_folder.Combine("PING.TXT"));
        int port = (int)(node.Socket.Address.Node.Value & 0xFFFF);
        Assert.Contains($"Response from 127.0.0.1, port {port}", ping, StringComparison.Ordinal);
        Assert.Equal(2, hub.Clients);
        Assert.Equal(0, hub.Counters[IpxDrop.Spoofed]);
    }

    [Fact]
    public async Task OurNodes_AtDosBoxsServer_ReachEachOther()
    {
        string program = Require.Program("dosbox");
        int port = FreePort.Find();
        await using ExternalProcess dosBox = Start(program, $"ipxnet startserver {port}", "echo up > UP.TXT");
        await UntilAsync(() => File.Exists(_folder.Combine("UP.TXT")));
        IpxOptions options = new() { Hub = new IPEndPoint(IPAddress.Loopback, port), Mtu = IpxOptions.MaxHubMtu };
        await using IpxStation one = await IpxStation.OpenAsync(Pool, options, 0x9090);
        await using IpxStation two = await IpxStation.OpenAsync(Pool, options, 0x9090);
        byte[] longest = new byte[one.Socket.MaxPayload];
        new Random(1).NextBytes(longest);

        one.Socket.Send(two.Socket.Address, IpxPacketType.Spx, longest);
        (IpxAddress source, byte type, byte[] payload) = await two.ReceiveAsync();
        Assert.Equal(one.Socket.Address.Node, source.Node);
        Assert.Equal(IpxPacketType.Spx, type);
        Assert.Equal(longest, payload);

        two.Socket.Send(new IpxAddress(0, IpxNode.Broadcast, 0x9090), IpxPacketType.PacketExchange, "all"u8);
        Assert.Equal("all"u8.ToArray(), (await one.ReceiveAsync()).Payload);
    }

    protected override void Dispose(bool disposing)
    {
        _folder.Dispose();
        base.Dispose(disposing);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using CancellationTokenSource limit = new(Handlers.Limit);
        while (!condition())
        {
            await Task.Delay(20, limit.Token);
        }
    }

    /// <summary>Without a screen; its drive C is the test's folder.</summary>
    private ExternalProcess Start(string program, params string[] commands)
    {
        string configuration = _folder.Combine("dosbox.conf");
        File.WriteAllLines(configuration, ["[ipx]", "ipx=true", "[autoexec]", $"mount c {_folder.Path}", "c:", .. commands]);
        return ExternalProcess.Start(program, ["-conf", configuration, "-noconsole"], new Dictionary<string, string?>
        {
            ["SDL_VIDEODRIVER"] = "dummy",
            ["SDL_AUDIODRIVER"] = "dummy",
            ["HOME"] = _folder.Path,
        });
    }
}
