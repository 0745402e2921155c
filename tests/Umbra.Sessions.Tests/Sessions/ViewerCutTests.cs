using System.Net.Sockets;
using Umbra.Testing;

namespace Umbra.Sessions.Tests.Sessions;

/// <summary>Viewers that vanish after each byte they might have sent, and while they are being sent something: no task and no block stays.</summary>
public sealed class ViewerCutTests : PoolTest
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>All that a talkative client says: handshake, every kind of message, a request in the middle and at the end.</summary>
    private static readonly byte[] Talk =
    [
        .. "RFB 003.008\n"u8, 1, 1,
        0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0,
        2, 0, 0, 6, 0, 0, 0, 7, 0, 0, 0, 0, 0xFF, 0xFF, 0xFE, 0xC8, 0xFF, 0xFF, 0xFE, 0xC7, 0xFF, 0xFF, 0xFE, 0xCC, 0xFF, 0xFF, 0xFF, 0x11,
        3, 0, 0, 0, 0, 0, 0, 160, 0, 120,
        4, 1, 0, 0, 0, 0, 0, 65,
        255, 0, 0, 1, 0, 0, 0, 66, 0, 0, 0, 48,
        5, 1, 0, 10, 0, 10,
        6, 0, 0, 0, 0, 0, 0, 5, .. "hello"u8,
        248, 0, 0, 0, 0x80, 0, 0, 1, 3, 1, 2, 3,
        150, 1, 0, 0, 0, 0, 0, 160, 0, 120,
        251, 0, 0, 160, 0, 120, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 160, 0, 120, 0, 0, 0, 0,
        3, 1, 0, 0, 0, 0, 0, 160, 0, 120,
    ];

    /// <summary>A client that asks once and is sent more than a lane holds.</summary>
    private static readonly byte[] AskOnce =
    [
        .. "RFB 003.008\n"u8, 1, 1,
        2, 0, 0, 1, 0, 0, 0, 0,
        3, 0, 0, 0, 0, 0, 0, 160, 0, 120,
    ];

    /// <summary>Gone at once, whatever the server had read of it; or only done with sending, so that the server reads every byte and then the end.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RunAsync_CutAfterEachByteOfTheClient_EndsAndGivesEverythingBack(bool readsToTheEnd)
    {
        await using MemoryNode node = await MemoryNode.StartAsync(Pool);
        using CancellationTokenSource timeout = new(Patience);

        for (int length = 0; length <= Talk.Length; length++)
        {
            await SayAsync(node, Talk.AsMemory(0, length), readsToTheEnd, timeout.Token);
        }

        await node.NobodyIsLeftAsync();
    }

    [Fact]
    public async Task RunAsync_CutAfterSoManyBytesOfTheServer_EndsAndGivesEverythingBack()
    {
        await using MemoryNode node = await MemoryNode.StartAsync(Pool);
        using CancellationTokenSource timeout = new(Patience);

        // Byte by byte through the handshake and the first rectangle, then in steps through updates larger than the lane.
        IEnumerable<int> cuts = Enumerable.Range(0, 300).Concat(Enumerable.Range(0, 100).Select(i => 300 + (i * 101)));
        foreach (int cut in cuts)
        {
            await using Stream viewer = await node.ConnectAsync("viewers", timeout.Token);
            await viewer.WriteAsync(AskOnce, timeout.Token);
            await ReadAsync(viewer, cut, timeout.Token);
        }

        await node.NobodyIsLeftAsync();
    }

    [Fact]
    public async Task RunAsync_GarbageAfterTheHandshake_EndsAndGivesEverythingBack()
    {
        await using MemoryNode node = await MemoryNode.StartAsync(Pool);
        using CancellationTokenSource timeout = new(Patience);

        for (int seed = 0; seed < 200; seed++)
        {
            byte[] garbage = new byte[200];
            new Random(seed).NextBytes(garbage);
            await SayAsync(node, (byte[])[.. "RFB 003.008\n"u8, 1, 1, .. garbage], readsToTheEnd: true, timeout.Token);
        }

        await node.NobodyIsLeftAsync();
    }

    private static async Task SayAsync(MemoryNode node, ReadOnlyMemory<byte> bytes, bool readsToTheEnd, CancellationToken cancellationToken)
    {
        await using Stream viewer = readsToTheEnd ? await node.ConnectTcpAsync(cancellationToken) : await node.ConnectAsync("viewers", cancellationToken);
        try
        {
            await viewer.WriteAsync(bytes, cancellationToken);
            if (viewer is NetworkStream network)
            {
                network.Socket.Shutdown(SocketShutdown.Send);
                await viewer.CopyToAsync(Stream.Null, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // The server had enough before it had heard everything.
        }
    }

    private static async Task ReadAsync(Stream viewer, int count, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[4096];
        while (count > 0)
        {
            int read = await viewer.ReadAsync(buffer.AsMemory(0, Math.Min(count, buffer.Length)), cancellationToken);
            Assert.NotEqual(0, read);
            count -= read;
        }
    }
}
