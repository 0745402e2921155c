using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Umbra.Core.Memory;
using Umbra.Testing;
using Umbra.Transports.Drivers;
using Umbra.Transports.Packets;
using Umbra.Transports.Spx;
using Umbra.Transports.Tests.Contract;
using Umbra.Transports.Tests.Packets;

namespace Umbra.Transports.Tests.Spx;

/// <summary>Wireshark's idea of what we send: there is no other SPX left to talk to.</summary>
public sealed class SpxDissectionTests : PoolTest
{
    private readonly TempFolder _folder = new();

    private string Capture => _folder.Combine("spx.pcap");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>A lossy wire, in virtual time: retransmissions are recognised as such.</summary>
    [Fact]
    public async Task Tshark_OfALossyConnection_SeesWhatWasDone()
    {
        string tshark = Require.Program("tshark");
        using SpxPair pair = new(Pool.AsMemoryPool(BufferTag.TdSpx, Account), SpxPair.Quiet with { Loss = 0.05 });
        using PcapFile file = new(Capture);
        pair.Link.Tap = (from, packet) => file.Write(isBack: from == pair.Far, pair.Link.Now, packet);
        pair.Link.Run(() => pair.IsOpen, TimeSpan.FromSeconds(20));
        pair.Link.Run(() => false, TimeSpan.FromSeconds(20));
        Courier near = new(pair.Near, 60_000, 30_000, 1);
        Courier far = new(pair.Far, 30_000, 60_000, 2);
        pair.Link.Turn = () =>
        {
            near.Turn();
            far.Turn();
        };
        Assert.True(pair.Link.Run(() => pair.Near.State == PacketStreamState.Ended && pair.Far.State == PacketStreamState.Ended, TimeSpan.FromMinutes(5)));
        file.Dispose();

        string[] packets = await ReadAsync(tshark, "-e", "spx.rexmt_frame", "-e", "_ws.col.Info");
        Assert.Equal(pair.Near.Counters.Sent + pair.Far.Counters.Sent, packets.Length);

        // It knows a packet again only while nothing else was acknowledged meanwhile.
        Assert.InRange(packets.Count(line => line[0] != '\t'), 1, pair.Near.Counters.Retransmitted + pair.Far.Counters.Retransmitted);
        Assert.Contains(packets, line => line.Contains("(End-of-Connection)", StringComparison.Ordinal));
        Assert.Contains(packets, line => line.Contains("(End-of-Connection Acknowledgment)", StringComparison.Ordinal));
        Assert.Contains(packets, line => line.Contains("System Packet: Send Ack", StringComparison.Ordinal));
        Assert.Empty(await ReadAsync(tshark, "-Y", "_ws.malformed || _ws.expert.severity >= 0x600000 || !spx"));
    }

    /// <summary>The drivers on real sockets, from a service's name to the end of the connection.</summary>
    [Fact]
    public async Task Tshark_OfTheLoopback_SeesEveryProtocol()
    {
        string tshark = Require.Program("tshark");
        string tcpdump = Require.Program("tcpdump");
        int port = FreePort.Find();
        ExternalProcess capturing = ExternalProcess.Start(tcpdump, ["-i", "lo", "-U", "--immediate-mode", "-w", Capture, $"udp port {port} and net 127.41.3.0/24"]);
        await using (capturing)
        {
            try
            {
                await capturing.Errors.WaitForAsync(line => line.Contains("listening on", StringComparison.Ordinal), Handlers.Limit);
            }
            catch (EndOfStreamException)
            {
                Assert.Skip($"tcpdump may not capture here: {capturing.Errors}");
            }

            await TalkAsync(port);
            await UntilAsync(async () => (await ReadAsync(tshark, "-Y", "spx.type == 0xff")).Length > 0);
        }

        Assert.Empty(await ReadAsync(tshark, "-Y", "_ws.malformed || _ws.expert.severity >= 0x600000 || !ipx", "-d", $"udp.port=={port},ipx"));
        string[] sap = await ReadAsync(tshark, "-Y", "ipxsap", "-d", $"udp.port=={port},ipx", "-e", "_ws.col.Info", "-e", "ipxsap.response");
        Assert.Contains(sap, line => line.Contains("General Query", StringComparison.Ordinal));
        Assert.Contains(sap, line => line.Contains("General Response", StringComparison.Ordinal));
        string[] spx = await ReadAsync(tshark, "-Y", "spx", "-d", $"udp.port=={port},ipx", "-e", "ipx.src.node", "-e", "ipx.dst.socket", "-e", "_ws.col.Info");
        Assert.StartsWith("00:00:7f:29:03:01\t0x9090", spx[0], StringComparison.Ordinal);

        async Task<string[]> ReadAsync(string program, params string[] arguments) => await this.ReadAsync(program, [.. arguments, "-d", $"udp.port=={port},ipx"]);
    }

    protected override void Dispose(bool disposing)
    {
        _folder.Dispose();
        base.Dispose(disposing);
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using CancellationTokenSource limit = new(Handlers.Limit);
        while (!await condition())
        {
            await Task.Delay(100, limit.Token);
        }
    }

    private async Task TalkAsync(int port)
    {
        await using SpxTransport near = NewTransport();
        await using SpxTransport far = NewTransport();
        TransportAddress listen = TransportAddress.Parse($"spx://UMBRA01?port={port}&from=127.41.3.2&peers=127.41.3.1");
        await using IConnectionListener listener = await far.ListenAsync(listen.ToListenEndPoint(), Pool.AsMemoryPool(BufferTag.TdSpx, Account), Stop);
        await using Stream client = await near.ConnectAsync(TransportAddress.Parse($"spx://UMBRA01?port={port}&from=127.41.3.1&peers=127.41.3.2"), Stop);
        await using ConnectionContext server = (await listener.AcceptAsync(Stop))!;
        Task serving = Handlers.Echo(server);
        await client.WriteAsync("hello"u8.ToArray(), Stop);
        await client.ReadExactlyAsync(new byte[5], Stop).AsTask().WaitAsync(Handlers.Limit);
        await client.DisposeAsync();
        await serving.WaitAsync(Handlers.Limit);
        await server.Transport.Output.CompleteAsync();
    }

    private SpxTransport NewTransport() =>
        new(new DriverContext(Pool.AsMemoryPool(BufferTag.TdSpx, Account), new TransportOptions(), TimeProvider.System, new DriverCounters(), NullLoggerFactory.Instance));

    /// <summary>What tshark prints of the capture, a line for each packet.</summary>
    private async Task<string[]> ReadAsync(string tshark, params string[] arguments)
    {
        string[] fields = arguments.Contains("-e") ? ["-T", "fields"] : [];
        ProcessResult result = await ExternalProcess.RunAsync(tshark, ["-r", Capture, .. fields, .. arguments], timeout: Handlers.Limit);
        return result.EnsureSuccess().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
