using System.Buffers;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Testing;

namespace Umbra.Core.Tests.Rfb;

public sealed class ServerMessageReaderTests : PoolTest
{
    private static readonly string[] Expected =
        ["bell", "text 5 hello", "clipboard Notify True ", "update 0", "end of continuous updates", "fence 3", "bell"];

    [Fact]
    public void TryRead_AllMessages_AtEverySplitPoint()
    {
        byte[] wire = Everything();
        for (int at = 0; at <= wire.Length; at++)
        {
            Assert.Equal(Expected, Feed(wire[..at], wire[at..]));
        }
    }

    [Fact]
    public void TryRead_EndMidMessage_GivesOnlyWhatIsComplete()
    {
        byte[] wire = Everything();
        for (int length = 0; length < wire.Length; length++)
        {
            List<string> log = Feed(wire[..length]);
            Assert.True(log.Count < Expected.Length);
            Assert.Equal(Expected[..log.Count], log);
        }
    }

    [Fact]
    public void TryRead_UnknownType_Refused() => Assert.Throws<ProtocolException>(() => Feed([4]));

    [Fact]
    public void TryRead_MutatedBytes_OnlyProtocolExceptions()
    {
        byte[] wire = Everything();
        Random random = new(41);
        for (int i = 0; i < 30_000; i++)
        {
            byte[] mutant = Wire.Mutate(wire, random);
            int at = random.Next(mutant.Length + 1);
            try
            {
                Feed(mutant[..at], mutant[at..]);
            }
            catch (ProtocolException)
            {
            }
        }
    }

    private byte[] Everything()
    {
        using PayloadWriter output = new(Pool, BufferTag.Test, Account);
        Bell.Write(output);
        new ServerCutText("hello").Write(output);
        ExtendedClipboard.Notify(true).WriteAsServer(output);
        new FramebufferUpdate(0).Write(output);
        SetColourMapEntries.Write(output, 0, [0x00FF00, 0x0000FF]);
        EndOfContinuousUpdates.Write(output);
        new Fence(FenceFlags.Request, [1, 2, 3]).Write(output);
        Bell.Write(output);
        return output.Written.ToArray();
    }

    private List<string> Feed(params byte[][] pieces)
    {
        ServerMessageReader reader = new(Pool, Account);
        RecordingHandler handler = new();
        byte[] kept = [];
        foreach (byte[] piece in pieces)
        {
            byte[] there = [.. kept, .. piece];
            SequenceReader<byte> sequence = new(new ReadOnlySequence<byte>(there));
            while (reader.TryRead(ref sequence, handler))
            {
            }

            kept = there[(int)sequence.Consumed..];
        }

        return handler.Log;
    }
}
