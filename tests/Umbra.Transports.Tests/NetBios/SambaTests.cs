using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Umbra.Core.Memory;
using Umbra.Testing;
using Umbra.Transports.Drivers;
using Umbra.Transports.NetBios;
using Umbra.Transports.Tests.Contract;

namespace Umbra.Transports.Tests.NetBios;

/// <summary>Our driver and Samba's programs, over a cable.</summary>
public sealed class SambaTests : PoolTest
{
    private static readonly TransportAddress OurName = TransportAddress.Parse($"netb://UMBRA01?listen={SambaNetwork.OurAddress}");

    private DriverContext Context => new(Pool.AsMemoryPool(BufferTag.TdNetb, Account), new TransportOptions(), TimeProvider.System, new DriverCounters(), NullLoggerFactory.Instance);

    [Fact]
    public async Task Nmblookup_FindsOurName_AndReadsOurTable()
    {
        await using SambaNetwork network = await SambaNetwork.StartAsync("CLIENTB");
        string output = await ListenAsync(network, async _ =>
        {
            string found = (await network.RunAsync("nmblookup", "UMBRA01#20")).EnsureSuccess().Output
                + (await network.RunAsync("nmblookup", "-U", SambaNetwork.OurAddress, "UMBRA01#20")).EnsureSuccess().Output;
            string tables = (await network.RunAsync("nmblookup", "-A", SambaNetwork.OurAddress)).EnsureSuccess().Output
                + (await network.RunAsync("nmblookup", "-S", "UMBRA01#20")).EnsureSuccess().Output;
            Assert.NotEqual(0, (await network.RunAsync("nmblookup", "WRONG#20")).ExitCode);
            return found + tables;
        });

        // Twice asked for, and once more on the way to the table.
        AssertHas(3, 3, output, $"{SambaNetwork.OurAddress} UMBRA01<20>");
        AssertHas(2, 2, output, "UMBRA01         <20> -");
        AssertHas(2, 2, output, "UMBRA01         <00> -");
        string capture = await network.ReadCaptureAsync();
        AssertHas(6, 6, capture, "Registration NB UMBRA01");
        AssertHas(2, 2, capture, "Release NB UMBRA01");
        AssertHas(2, 2, capture, "Name query response NBSTAT");
    }

    [Fact]
    public async Task Smbclient_GetsASession_AndNoneForAnotherName()
    {
        await using SambaNetwork network = await SambaNetwork.StartAsync("CLIENTB");
        string output = await ListenAsync(network, async listener =>
        {
            Task<string> serving = ReadStartAsync(listener);
            ProcessResult right = await CallAsync(network, "UMBRA01");
            ProcessResult wrong = await CallAsync(network, "WRONG");
            Assert.NotEqual(0, right.ExitCode);
            Assert.Contains("NT_STATUS_RESOURCE_NAME_NOT_FOUND", wrong.Output + wrong.Errors, StringComparison.Ordinal);
            return await serving;
        });

        // What is in the first message of the session, without its header.
        Assert.Contains("SMB", output, StringComparison.Ordinal);
        string capture = await network.ReadCaptureAsync();
        AssertHas(1, 1, capture, "Positive session response");
        AssertHas(1, 2, capture, "Negative session response, Called name not present");
    }

    [Fact]
    public async Task Nmbd_WithOurName_IsRefused()
    {
        await using SambaNetwork network = await SambaNetwork.StartAsync("UMBRA01");
        await ListenAsync(network, async _ => await network.Serve("nmbd").Output.WaitForAsync(
            line => line.Contains("my_name_register_failed", StringComparison.Ordinal) || line.Contains("fail to register name UMBRA01", StringComparison.OrdinalIgnoreCase), Handlers.Limit));

        string capture = await network.ReadCaptureAsync();
        AssertHas(1, 100, capture, "Registration response, Name is owned by another node");
    }

    /// <summary>Samba answers what we send in a message: so both directions are as it expects.</summary>
    [Fact]
    public async Task Connect_ToSmbd_FindsItsNameAndGetsASession()
    {
        await using SambaNetwork network = await SambaNetwork.StartAsync("SAMBAB");
        ExternalProcess nmbd = network.Serve("nmbd");
        ExternalProcess smbd = network.Serve("smbd");
        await smbd.Output.WaitForAsync(line => line.Contains("waiting for connections", StringComparison.Ordinal), Handlers.Limit);
        string answer = await network.Ours.RunAsync(async () =>
        {
            await using NetBiosTransport transport = new(Context);
            await using Stream stream = await UntilFoundAsync(transport, TransportAddress.Parse("netb://SAMBAB"));
            await stream.WriteAsync(NegotiateSmb1());
            byte[] start = new byte[4];
            await stream.ReadExactlyAsync(start);
            return Convert.ToHexStringLower(start);
        });

        Assert.Equal("fe534d42", answer);
        Assert.False(nmbd.HasExited);
        string capture = await network.ReadCaptureAsync();
        AssertHas(1, 10, capture, "Name query response NB 10.77.0.2");
        AssertHas(1, 1, capture, "Positive session response");
    }

    private static Task<ProcessResult> CallAsync(SambaNetwork network, string name) =>
        network.RunAsync("smbclient", "-p", "139", "-N", "-n", "CLIENTB", "-I", SambaNetwork.OurAddress, "-L", $"//{name}");

    private static void AssertHas(int least, int most, string text, string part)
    {
        int count = text.Split(part).Length - 1;
        Assert.True(count >= least && count <= most, $"{count} times '{part}' in\n{text}");
    }

    /// <summary>Its name server says its name some seconds after it was started.</summary>
    private static async Task<Stream> UntilFoundAsync(NetBiosTransport transport, TransportAddress address)
    {
        using CancellationTokenSource patience = new(Handlers.Limit);
        while (true)
        {
            try
            {
                return await transport.ConnectAsync(address, patience.Token);
            }
            catch (TransportException exception) when (exception.Error == TransportError.Unreachable)
            {
            }
        }
    }

    private static async Task<string> ReadStartAsync(IConnectionListener listener)
    {
        await using ConnectionContext session = (await listener.AcceptAsync())!;
        ReadResult read = await session.Transport.Input.ReadAtLeastAsync(4);
        string start = Encoding.Latin1.GetString(read.Buffer.Slice(0, 4).ToArray());
        session.Transport.Input.AdvanceTo(read.Buffer.End);
        return start;
    }

    /// <summary>"I speak SMB 2": a header of 32 bytes with the command 72, and two dialects.</summary>
    private static byte[] NegotiateSmb1()
    {
        byte[] dialects = Encoding.ASCII.GetBytes("\u0002SMB 2.002\0\u0002SMB 2.???\0");
        byte[] message = new byte[35 + dialects.Length];
        message[0] = 0xff;
        "SMB"u8.CopyTo(message.AsSpan(1));
        message[4] = 0x72;
        message[9] = 0x18;
        message[10] = 0x43;
        message[11] = 0xc8;
        message[33] = (byte)dialects.Length;
        dialects.CopyTo(message, 35);
        return message;
    }

    /// <summary>Listens in our network while something happens.</summary>
    private Task<T> ListenAsync<T>(SambaNetwork network, Func<IConnectionListener, Task<T>> action) => network.Ours.RunAsync(async () =>
    {
        await using NetBiosTransport transport = new(Context);
        await using IConnectionListener listener = await transport.ListenAsync(OurName.ToListenEndPoint(), Context.Memory, CancellationToken.None);
        return await action(listener);
    });
}
