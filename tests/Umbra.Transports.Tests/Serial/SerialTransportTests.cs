using Microsoft.AspNetCore.Connections;
using Umbra.Testing;
using Umbra.Transports.Tests.Contract;

namespace Umbra.Transports.Tests.Serial;

/// <summary>What a connection over a line between two nodes' drivers bears: what the contract suite does not ask, because other wires have no noise and no cable.</summary>
public sealed class SerialTransportTests : PoolTest
{
    private const int Kilobyte = 1024;

    [Theory]
    [InlineData("?pace=off", 0)]
    [InlineData("?pace=off&flow=xon", 0)]
    [InlineData("?pace=off&flow=rts&parity=even", 0)]
    [InlineData("?pace=off", 1e-4)]
    public async Task Talk_EveryByteBothWays_Arrives(string options, double bitErrorRate)
    {
        using TestLine test = new(bitErrorRate: bitErrorRate);
        await using LineNode near = new(test.Paths[0], Pool, options);
        await using LineNode target = new(test.Paths[1], Pool, options);
        await using IConnectionListener listener = await target.ListenAsync();
        Task<Stream> connecting = near.ConnectAsync();
        await using ConnectionContext accepted = await LineNode.AcceptAsync(listener);
        await using Stream stream = await connecting.WaitAsync(Handlers.Limit);

        await LineTalk.AssertAsync(stream, accepted, 24 * Kilobyte);
    }

    /// <summary>On a line of a real speed, which has a queue then: whatever was sent last arrives without anything being sent after it.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1e-4)]
    public async Task Talk_AfterABurst_TheLastBytesArriveByThemselves(double bitErrorRate)
    {
        using TestLine test = new(baud: 115_200, bitErrorRate);
        await using LineNode near = new(test.Paths[0], Pool, "?baud=115200");
        await using LineNode target = new(test.Paths[1], Pool, "?baud=115200");
        await using IConnectionListener listener = await target.ListenAsync();
        Task<Stream> connecting = near.ConnectAsync();
        await using ConnectionContext accepted = await LineNode.AcceptAsync(listener);
        await using Stream stream = await connecting.WaitAsync(Handlers.Limit);

        await LineTalk.AssertAsync(stream, accepted, 6 * Kilobyte);
        for (int i = 0; i < 5; i++)
        {
            await LineTalk.AssertAsync(stream, accepted, 100);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Talk_DeviceIsPulledAndPutBack_GoesOn(int end)
    {
        using TestLine test = new();
        await using LineNode near = new(test.Paths[0], Pool);
        await using LineNode target = new(test.Paths[1], Pool);
        await using IConnectionListener listener = await target.ListenAsync();
        Task<Stream> connecting = near.ConnectAsync();
        await using ConnectionContext accepted = await LineNode.AcceptAsync(listener);
        await using Stream stream = await connecting.WaitAsync(Handlers.Limit);
        await LineTalk.AssertAsync(stream, accepted, Kilobyte);

        test.Unplug(end);
        Task talking = LineTalk.AssertAsync(stream, accepted, 8 * Kilobyte);
        test.Plug(end);

        await talking;
    }
}
