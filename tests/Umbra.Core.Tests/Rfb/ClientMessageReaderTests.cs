using System.Buffers;
using Umbra.Core.Input;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Testing;

namespace Umbra.Core.Tests.Rfb;

public sealed class ClientMessageReaderTests : PoolTest
{
    private static readonly string[] Expected =
    [
        "format 32", "encodings Zrle",
            "request True Rect { X = 0, Y = 0, Width = 4, Height = 3, Right = 4, Bottom = 3, IsEmpty = False, Area = 12, Size = 4x3 }",
        "key 97 0 True", "key 97 30 False", "pointer 5 6 1", "text 5 hello", "clipboard Provide True tä\n", "continuous True", "fence 3",
            "size 64x48 1",
    ];

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

    [Theory]
    [InlineData(300_000)]
    [InlineData(-300_000)]
    [InlineData(int.MinValue)]
    public void TryRead_OversizedClipboard_IsSkippedWithoutBeingHeld(int length)
    {
        ClientMessageReader reader = new(Pool, Account);
        RecordingHandler handler = new();
        byte[] header = [6, 0, 0, 0, .. BitConverter.GetBytes(System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(length))];
        Assert.Equal(header.Length, Read(reader, handler, header));
        byte[] piece = new byte[100_000];
        long left = Math.Min(1_000_000, Math.Abs((long)length));
        for (; left > 0; left -= piece.Length)
        {
            Assert.Equal(piece.Length, Read(reader, handler, piece));
        }

        Assert.Equal([$"skipped {Math.Abs((long)length)}"], handler.Log);
        if (length != int.MinValue)
        {
            Read(reader, handler, Wire.Bytes(new KeyEvent(1, true).Write));
            Assert.Equal("key 1 0 True", handler.Log[^1]);
        }
    }

    [Fact]
    public void TryRead_TooManyEncodings_RestIsSkipped()
    {
        RfbEncoding[] many = [.. Enumerable.Repeat((RfbEncoding)4711, RfbLimits.MaxEncodings), RfbEncoding.Tight, RfbEncoding.Tight];
        byte[] wire = Wire.Bytes(output =>
        {
            SetEncodings.Write(output, many);
            new KeyEvent(1, true).Write(output);
        });

        Assert.Equal(["encodings Raw", "key 1 0 True"], Feed(wire));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(254)]
    public void TryRead_UnknownType_Refused(byte type) =>
        Assert.Contains($"{type}", Assert.Throws<ProtocolException>(() => Feed([type])).Message, StringComparison.Ordinal);

    [Fact]
    public void TryRead_MutatedBytes_OnlyProtocolExceptions()
    {
        byte[] wire = Everything();
        Random random = new(315817);
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
        new SetPixelFormat(PixelFormat.Bgrx).Write(output);
        SetEncodings.Write(output, [RfbEncoding.Zrle, RfbEncoding.Raw]);
        new FramebufferUpdateRequest(true, new Rect(0, 0, 4, 3)).Write(output);
        new KeyEvent(97, true).Write(output);
        new QemuKeyEvent(new KeyInput(97, 30, false)).Write(output);
        new PointerEvent(new PointerInput(5, 6, 1)).Write(output);
        new ClientCutText("hello").Write(output);
        ExtendedClipboard.Provide("tä\n").WriteAsClient(output);
        new EnableContinuousUpdates(true, new Rect(0, 0, 4, 3)).Write(output);
        new Fence(FenceFlags.Request, [1, 2, 3]).Write(output);
        new SetDesktopSize(new Size(64, 48), [Screen.Single(new Size(64, 48))]).Write(output);
        return output.Written.ToArray();
    }

    /// <summary>Delivers the pieces one after the other, keeping what was not consumed, as a pipe does.</summary>
    private List<string> Feed(params byte[][] pieces)
    {
        ClientMessageReader reader = new(Pool, Account);
        RecordingHandler handler = new();
        byte[] kept = [];
        foreach (byte[] piece in pieces)
        {
            byte[] there = [.. kept, .. piece];
            kept = there[Read(reader, handler, there)..];
        }

        return handler.Log;
    }

    private static int Read(ClientMessageReader reader, RecordingHandler handler, byte[] bytes)
    {
        SequenceReader<byte> sequence = new(new ReadOnlySequence<byte>(bytes));
        while (reader.TryRead(ref sequence, handler))
        {
        }

        return (int)sequence.Consumed;
    }
}
