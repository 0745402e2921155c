using System.Buffers;
using Umbra.Core.Input;
using Umbra.Core.Rfb;
using Umbra.Sessions.Sources;
using Umbra.Sessions.Sources.Rfb;
using Umbra.Testing;

namespace Umbra.Sessions.Tests.Sources.Rfb;

public sealed class RfbOutboxTests : PoolTest
{
    [Fact]
    public void Drain_MovesBetweenKeys_OnlyTheLastOfEachRun()
    {
        RfbOutbox outbox = new(Pool, Account);
        outbox.AddPointer(new PointerInput(1, 1, 0));
        outbox.AddPointer(new PointerInput(2, 2, 0));
        outbox.AddKey(new KeyInput(97, 0, true));
        outbox.AddPointer(new PointerInput(3, 3, 0));
        outbox.AddPointer(new PointerInput(4, 4, 1));
        outbox.AddPointer(new PointerInput(5, 5, 1));
        outbox.AddPointer(new PointerInput(6, 6, 1));

        Assert.Equal(Bytes(
            new PointerEvent(new PointerInput(2, 2, 0)).Write, new KeyEvent(97, true).Write,
                new PointerEvent(new PointerInput(3, 3, 0)).Write,
            new PointerEvent(new PointerInput(4, 4, 1)).Write, new PointerEvent(new PointerInput(6, 6, 1)).Write), Bytes(outbox.Drain));
    }

    [Fact]
    public void AddKey_Full_DropsPressesAndKeepsReleases()
    {
        RfbOutbox outbox = new(Pool, Account);
        for (uint i = 1; i <= 2 * InputQueue.Capacity; i++)
        {
            outbox.AddKey(new KeyInput(i, 0, true));
        }

        for (uint i = 1; i <= InputQueue.Capacity; i++)
        {
            outbox.AddKey(new KeyInput(i, 0, false));
        }

        byte[][] events = [.. Bytes(outbox.Drain).Chunk(KeyEvent.WireSize)];
        Assert.Equal(InputQueue.Capacity, events.Count(e => e[1] == 1));
        Assert.Equal(InputQueue.Capacity, events.Count(e => e[1] == 0));
        Assert.Empty(Bytes(outbox.Drain));
    }

    [Fact]
    public void AddPointer_Full_KeepsTheButtonRelease()
    {
        RfbOutbox outbox = new(Pool, Account);
        outbox.AddPointer(new PointerInput(1, 1, 1));
        for (uint i = 1; i <= 2 * InputQueue.Capacity; i++)
        {
            outbox.AddKey(new KeyInput(i, 0, true));
        }

        outbox.AddPointer(new PointerInput(2, 2, 0));

        Assert.Equal(Bytes(new PointerEvent(new PointerInput(2, 2, 0)).Write), Bytes(outbox.Drain)[^PointerEvent.WireSize..]);
    }

    [Fact]
    public void AddFence_NeverDrained_RefusedInTheEnd() => Assert.Throws<ProtocolException>(() =>
    {
        RfbOutbox outbox = new(Pool, Account);
        for (int i = 0; i < 1000; i++)
        {
            outbox.Add(new Fence(FenceFlags.None, []));
        }
    });

    private static byte[] Bytes(params Action<IBufferWriter<byte>>[] writes)
    {
        ArrayBufferWriter<byte> output = new();
        foreach (Action<IBufferWriter<byte>> write in writes)
        {
            write(output);
        }

        return output.WrittenSpan.ToArray();
    }
}
