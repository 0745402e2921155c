using Umbra.Testing;
using Umbra.Transports.Serial;
using Umbra.Transports.Tests.Contract;

namespace Umbra.Transports.Tests.Serial;

/// <summary>Opening, using and losing a device, on pseudo-terminals.</summary>
public sealed class SerialLineTests
{
    private const int FrameBytes = 600;

    [Theory]
    [InlineData((int)FlowControl.None)]
    [InlineData((int)FlowControl.Rts)]
    public async Task Write_EveryByteBothWays_Arrives(int flow)
    {
        using TestLine test = new();
        SerialSettings settings = new() { Flow = (FlowControl)flow, Baud = 4_000_000 };
        await using SerialLine a = Open(test.Paths[0], settings);
        await using SerialLine b = Open(test.Paths[1], settings);
        byte[] bytes = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];

        await a.WriteAsync(bytes);
        await b.WriteAsync(bytes);

        Assert.Equal(bytes, await ReadAsync(b, bytes.Length));
        Assert.Equal(bytes, await ReadAsync(a, bytes.Length));
    }

    [Fact]
    public void Open_NoSuchDevice_SaysSo()
    {
        TransportException e = Assert.Throws<TransportException>(() => Open("/dev/ttyNone7"));
        Assert.Equal("there is no device /dev/ttyNone7", e.Message);
    }

    [Fact]
    public void Open_SomethingElse_SaysThatItIsNoSerialLine()
    {
        using TempFolder folder = new();
        File.WriteAllText(folder.Combine("file"), "text");

        TransportException e = Assert.Throws<TransportException>(() => Open(folder.Combine("file")));

        Assert.StartsWith($"cannot use {folder.Combine("file")} as a serial line: ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_Twice_IsRefusedUntilTheFirstIsClosed()
    {
        using TestLine test = new();
        await using (Open(test.Paths[0]))
        {
            TransportException e = Assert.Throws<TransportException>(() => Open(test.Paths[0]));
            Assert.Equal($"{test.Paths[0]} is in use by another program", e.Message);
        }

        await Open(test.Paths[0]).DisposeAsync();
    }

    [Fact]
    public async Task Read_DeviceIsPulled_FailsAndSoDoesAWriteThatWaits()
    {
        using TestLine test = new();
        await using SerialLine a = Open(test.Paths[0], new SerialSettings { IsPaced = false });
        await using SerialLine b = Open(test.Paths[1]);
        Task<int> reading = a.ReadAsync(new byte[10]).AsTask();

        // Nobody reads at the other end, so this fills all there is between.
        Task writing = a.WriteAsync(new byte[256 * 1024]).AsTask();
        test.Unplug(0);

        TransportException e = await Assert.ThrowsAsync<TransportException>(() => reading.WaitAsync(Handlers.Limit));
        Assert.Equal($"the serial device {test.Paths[0]} has gone", e.Message);
        await Assert.ThrowsAsync<TransportException>(() => writing.WaitAsync(Handlers.Limit));
    }

    [Fact]
    public async Task Open_AfterTheDeviceCameBack_Works()
    {
        using TestLine test = new();
        await using SerialLine b = Open(test.Paths[1]);
        await using (SerialLine lost = Open(test.Paths[0]))
        {
            test.Unplug(0);
            await Assert.ThrowsAsync<TransportException>(() => lost.ReadAsync(new byte[1]).AsTask().WaitAsync(Handlers.Limit));
        }

        Assert.Throws<TransportException>(() => Open(test.Paths[0]));
        test.Plug(0);
        await using SerialLine again = Open(test.Paths[0]);
        await again.WriteAsync("back"u8.ToArray());

        Assert.Equal("back"u8.ToArray(), await ReadAsync(b, 4));
    }

    [Fact]
    public async Task Read_ClosedMeanwhile_Ends()
    {
        using TestLine test = new();
        using CancellationTokenSource closing = new();
        await using SerialLine line = Open(test.Paths[0], closing: closing.Token);
        Task<int> reading = line.ReadAsync(new byte[10]).AsTask();

        await closing.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Handlers.Limit));
    }

    private static SerialLine Open(string path, SerialSettings? settings = null, CancellationToken closing = default) =>
        SerialLine.Open(path, settings ?? new SerialSettings(), FrameBytes, TimeProvider.System, closing);

    private static async Task<byte[]> ReadAsync(SerialLine line, int count)
    {
        byte[] bytes = new byte[count];
        for (int at = 0; at < count;)
        {
            at += await line.ReadAsync(bytes.AsMemory(at)).AsTask().WaitAsync(Handlers.Limit);
        }

        return bytes;
    }
}
