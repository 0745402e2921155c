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
        using SerialLine a = Open(test.Paths[0], settings);
        using SerialLine b = Open(test.Paths[1], settings);
        byte[] bytes = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];

        await a.WriteAsync(bytes, CancellationToken.None);
        await b.WriteAsync(bytes, CancellationToken.None);

        Assert.Equal(bytes, await ReadAsync(b, bytes.Length));
        Assert.Equal(bytes, await ReadAsync(a, bytes.Length));
    }

    [Fact]
    public void Open_NoSuchDevice_SaysSo()
    {
        IOException e = Assert.Throws<IOException>(() => Open("/dev/ttyNone7"));
        Assert.Equal("there is no device /dev/ttyNone7", e.Message);
    }

    [Fact]
    public void Open_SomethingElse_SaysThatItIsNoSerialLine()
    {
        using TempFolder folder = new();
        File.WriteAllText(folder.Combine("file"), "text");

        IOException e = Assert.Throws<IOException>(() => Open(folder.Combine("file")));

        Assert.StartsWith($"cannot use {folder.Combine("file")} as a serial line: ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_Twice_IsRefusedUntilTheFirstIsClosed()
    {
        using TestLine test = new();
        using (Open(test.Paths[0]))
        {
            IOException e = Assert.Throws<IOException>(() => Open(test.Paths[0]));
            Assert.Equal($"{test.Paths[0]} is in use by another program", e.Message);
        }

        Open(test.Paths[0]).Dispose();
    }

    [Fact]
    public async Task Read_DeviceIsPulled_FailsAndSoDoesAWriteThatWaits()
    {
        using TestLine test = new();
        using SerialLine a = Open(test.Paths[0], new SerialSettings { IsPaced = false });
        using SerialLine b = Open(test.Paths[1]);
        Task<int> reading = a.ReadAsync(new byte[10], CancellationToken.None).AsTask();

        // Nobody reads at the other end, so this fills all there is between.
        Task writing = a.WriteAsync(new byte[256 * 1024], CancellationToken.None).AsTask();
        test.Unplug(0);

        IOException e = await Assert.ThrowsAsync<IOException>(() => reading.WaitAsync(Handlers.Limit));
        Assert.Equal($"the serial device {test.Paths[0]} has gone", e.Message);
        await Assert.ThrowsAsync<IOException>(() => writing.WaitAsync(Handlers.Limit));
    }

    [Fact]
    public async Task Open_AfterTheDeviceCameBack_Works()
    {
        using TestLine test = new();
        using SerialLine b = Open(test.Paths[1]);
        using (SerialLine lost = Open(test.Paths[0]))
        {
            test.Unplug(0);
            await Assert.ThrowsAsync<IOException>(() => lost.ReadAsync(new byte[1], CancellationToken.None).AsTask().WaitAsync(Handlers.Limit));
        }

        Assert.Throws<IOException>(() => Open(test.Paths[0]));
        test.Plug(0);
        using SerialLine again = Open(test.Paths[0]);
        await again.WriteAsync("back"u8.ToArray(), CancellationToken.None);

        Assert.Equal("back"u8.ToArray(), await ReadAsync(b, 4));
    }

    [Fact]
    public async Task Read_Cancelled_LosesNothing()
    {
        using TestLine test = new();
        using SerialLine a = Open(test.Paths[0]);
        using SerialLine b = Open(test.Paths[1]);
        using CancellationTokenSource cancel = new();
        Task<int> reading = b.ReadAsync(new byte[10], cancel.Token).AsTask();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Handlers.Limit));
        await a.WriteAsync("abc"u8.ToArray(), CancellationToken.None);
        Assert.Equal("abc"u8.ToArray(), await ReadAsync(b, 3));
    }

    private static SerialLine Open(string path, SerialSettings? settings = null) =>
        SerialLine.Open(path, settings ?? new SerialSettings(), FrameBytes, TimeProvider.System);

    private static async Task<byte[]> ReadAsync(SerialLine line, int count)
    {
        byte[] bytes = new byte[count];
        for (int at = 0; at < count;)
        {
            at += await line.ReadAsync(bytes.AsMemory(at), CancellationToken.None).AsTask().WaitAsync(Handlers.Limit);
        }

        return bytes;
    }
}
