using System.Buffers;
using CsCheck;
using Umbra.Core.Rfb;
using Umbra.Sessions.Nodes;

namespace Umbra.Sessions.Tests.Nodes;

public sealed class EnrolmentMessageTests
{
    private static readonly EnrolRequest Request = new("server-a", [1, 2, 3], ["tcp://10.0.0.1:7000", "pipe:///run/x.sock"]);
    private static readonly EnrolAnswer Answer = new("server-b", [4, 5], [6, 7, 8], ["tcp://b:1"]);
    private static readonly EnrolRefused Refused = new("the name is taken");

    private delegate bool Reader(ref SequenceReader<byte> reader);

    [Fact]
    public void EnrolRequest_WrittenThenRead_Same()
    {
        SequenceReader<byte> reader = new(new ReadOnlySequence<byte>(Bytes(Request)));
        Assert.True(EnrolRequest.TryRead(ref reader, out EnrolRequest? read));
        Assert.True(reader.End);
        Assert.Equal(Request.Name, read!.Name);
        Assert.Equal(Request.SigningRequest, read.SigningRequest);
        Assert.Equal(Request.Addresses, read.Addresses);
    }

    [Fact]
    public void EnrolAnswer_WrittenThenRead_Same()
    {
        SequenceReader<byte> reader = new(new ReadOnlySequence<byte>(Bytes(Answer)));
        Assert.True(EnrolAnswer.TryRead(ref reader, out EnrolAnswer? read));
        Assert.True(reader.End);
        Assert.Equal(Answer.Name, read!.Name);
        Assert.Equal(Answer.Certificate, read.Certificate);
        Assert.Equal(Answer.Authority, read.Authority);
        Assert.Equal(Answer.Addresses, read.Addresses);
    }

    [Fact]
    public void TryRead_CutAnywhere_NeedsMoreAndDoesNotAdvance()
    {
        AssertNeedsMore(Bytes(Request), (ref SequenceReader<byte> r) => EnrolRequest.TryRead(ref r, out _));
        AssertNeedsMore(Bytes(Answer), (ref SequenceReader<byte> r) => EnrolAnswer.TryRead(ref r, out _));
        AssertNeedsMore(Bytes(Refused), (ref SequenceReader<byte> r) => EnrolRefused.TryRead(ref r, out _));
    }

    [Fact]
    public void TryRead_LengthOverItsLimit_RefusedBeforeTheBytesAreThere()
    {
        byte[] request = [0, 1, (byte)'a', 0xFF, 0xFF];
        Assert.Throws<ProtocolException>(() => Read(request));
        Assert.Throws<ProtocolException>(() => Read([0, 64]));
        Assert.Throws<ProtocolException>(() => Read([0, 1, (byte)'a', 0, 0, 17]));
        Assert.Throws<ProtocolException>(() => Read([0, 1, (byte)'a', 0, 0, 1, 1, 1]));
    }

    [Theory]
    [InlineData("\u001b[2J")]
    [InlineData("..")]
    [InlineData("")]
    public void TryRead_BadName_Refused(string name) => Assert.Throws<ProtocolException>(() => Read(Bytes(Request with { Name = name })));

    [Theory]
    [InlineData("tcp:/x")]
    [InlineData("x")]
    [InlineData("TCP://a")]
    [InlineData("tcp://")]
    [InlineData("tcp://a b")]
    [InlineData("tcp://a\n")]
    public void TryRead_BadAddress_Refused(string address) =>
        Assert.Throws<ProtocolException>(() => Read(Bytes(Request with { Addresses = [address] })));

    [Fact]
    public void TryRead_RefusalThatWouldDriveATerminal_Refused() =>
        Assert.Throws<ProtocolException>(() =>
        {
            SequenceReader<byte> reader = new(new ReadOnlySequence<byte>(Bytes(new EnrolRefused("\u001b]0;x\u0007"))));
            EnrolRefused.TryRead(ref reader, out _);
        });

    [Fact]
    public void TryRead_Mutations_OnlyProtocolException()
    {
        byte[][] seeds = [Bytes(Request), Bytes(Answer), Bytes(Refused)];
        Gen.Select(Gen.Int[0, 2], Gen.Select(Gen.Int[0, 200], Gen.Byte).Array[0, 6], Gen.Int[0, 200]).Sample(
            (seed, edits, cut) =>
            {
                byte[] bytes = [.. seeds[seed]];
                foreach ((int at, byte value) in edits)
                {
                    bytes[at % bytes.Length] = value;
                }

                TryAll(bytes.AsMemory(0, Math.Min(bytes.Length, cut)));
            },
            seed: "0000KOa1Hxv5",
            iter: 5000);
        Gen.Byte.Array[0, 300].Sample(bytes => TryAll(bytes), seed: "0000KOa1Hxv5", iter: 5000);
    }

    internal static byte[] Bytes(IEnrolmentMessage message)
    {
        ArrayBufferWriter<byte> output = new();
        message.Write(output);
        return output.WrittenSpan.ToArray();
    }

    private static void TryAll(ReadOnlyMemory<byte> bytes)
    {
        foreach (Reader read in new Reader[]
        {
            (ref SequenceReader<byte> r) => EnrolRequest.TryRead(ref r, out _),
            (ref SequenceReader<byte> r) => EnrolAnswer.TryRead(ref r, out _),
            (ref SequenceReader<byte> r) => EnrolRefused.TryRead(ref r, out _),
        })
        {
            try
            {
                SequenceReader<byte> reader = new(new ReadOnlySequence<byte>(bytes));
                read(ref reader);
            }
            catch (ProtocolException)
            {
                // The one way to complain.
            }
        }
    }

    private static void AssertNeedsMore(byte[] whole, Reader read)
    {
        for (int length = 0; length < whole.Length; length++)
        {
            SequenceReader<byte> reader = new(new ReadOnlySequence<byte>(whole, 0, length));
            Assert.False(read(ref reader));
            Assert.Equal(0, reader.Consumed);
        }
    }

    private static bool Read(byte[] bytes)
    {
        SequenceReader<byte> reader = new(new ReadOnlySequence<byte>(bytes));
        return EnrolRequest.TryRead(ref reader, out _);
    }
}
