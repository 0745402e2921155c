using System.Buffers;
using CsCheck;
using Umbra.Core.Codecs;
using Umbra.Core.Input;
using Umbra.Core.Link;
using Umbra.Core.Rfb;
using Size = Umbra.Core.Surfaces.Size;

namespace Umbra.Core.Tests.Link;

public sealed class LinkMessageTests
{
    private static readonly Gen<string> Name = Gen.String[Gen.OneOf(Gen.Char['!', '~'], Gen.Char['à', 'ÿ']), 1, 60];
    private static readonly Gen<string> Text = Gen.String[Gen.OneOf(Gen.Char['\u0001', '\u07ff'], Gen.Char['\u4e00', '\u9fff']), 0, 300];
    private static readonly Gen<ShadowMode> Mode = Gen.Bool.Select(c => c ? ShadowMode.Control : ShadowMode.View);
    private static readonly Gen<uint> Id = Gen.UInt[1, uint.MaxValue];
    private static readonly Gen<Size> Sizes = Gen.Select(Gen.Int[1, 16384], Gen.Int[1, 4096], (w, h) => new Size(w, h));

    public static TheoryData<LinkMessageType> RecordTypes => [.. LinkExample.Records.Select(e => e.Type)];

    public static TheoryData<LinkMessageType> AllTypes => [.. LinkExample.All.Select(e => e.Type)];

    [Theory]
    [MemberData(nameof(RecordTypes))]
    public void Read_OwnExample_GivesTheValueBack(LinkMessageType type)
    {
        LinkExample example = Example(type);

        Assert.Equal(example.Value, example.Read(Split.Whole(example.Payload())));
    }

    [Theory]
    [MemberData(nameof(AllTypes))]
    public void Read_CutPayload_IsAProtocolError(LinkMessageType type)
    {
        // A clipboard text may be cut anywhere but inside its id or inside a character.
        LinkExample example = Example(type);
        byte[] payload = example.Payload();
        int last = type == LinkMessageType.Clipboard ? 3 : payload.Length - 1;
        if (type == LinkMessageType.Picture)
        {
            return;
        }

        for (int length = 0; length <= last; length++)
        {
            Assert.Throws<ProtocolException>(() => example.Read(Split.Whole(payload[..length])));
        }
    }

    [Theory]
    [MemberData(nameof(AllTypes))]
    public void Read_PayloadWithMoreBytes_IsAProtocolErrorButInHello(LinkMessageType type)
    {
        LinkExample example = Example(type);
        byte[] longer = [.. example.Payload(), (byte)'x'];

        if (type == LinkMessageType.Hello)
        {
            Assert.Equal(example.Value, example.Read(Split.Whole(longer)));
        }
        else if (type is not (LinkMessageType.Clipboard or LinkMessageType.Picture))
        {
            Assert.Throws<ProtocolException>(() => example.Read(Split.Whole(longer)));
        }
    }

    [Theory]
    [MemberData(nameof(AllTypes))]
    public void Read_MutatedPayload_ThrowsNothingButProtocolException(LinkMessageType type)
    {
        LinkExample example = Example(type);
        byte[] payload = example.Payload();
        if (payload.Length == 0 || type == LinkMessageType.Picture)
        {
            return;
        }

        Random random = new(17);
        for (int i = 0; i < 2000; i++)
        {
            byte[] mutated = [.. payload];
            for (int n = random.Next(1, 4); n > 0; n--)
            {
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            }

            try
            {
                example.Read(Split.At(mutated, random.Next(mutated.Length + 1)));
            }
            catch (ProtocolException)
            {
            }
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(9, 3)]
    public void Format_AnyLevel_EncodedAtTheNearestThatIsUsed(int asked, int used) =>
        Assert.Equal(new EncodingClass(RfbEncoding.Tight, PixelFormat.Bgrx, 6, used), new LinkFormat(6, asked).EncodingClass);

    [Fact]
    public void Attach_AnyValue_RoundTrips() =>
        Gen.Select(Id, Mode, Name, Text, Text, (id, mode, user, reason, address) => new LinkAttach(id, mode, user, reason, address))
            .Sample(value => RoundTrips(value, m => m.Write, p => LinkAttach.Read(p)), iter: 200);

    [Fact]
    public void Open_AnyValue_RoundTrips() =>
        Name.Select(session => new LinkOpen(session)).Sample(value => RoundTrips(value, m => m.Write, p => LinkOpen.Read(p)), iter: 200);

    [Fact]
    public void Opened_AnyValue_RoundTrips() =>
        Gen.Select(Sizes, Text, Name, Name.Array[1, LinkLimits.MaxDepth], (size, title, kind, path) => new LinkOpened(size, title, kind, path))
            .Sample(value => RoundTrips(value, m => m.Write, p => LinkOpened.Read(p)), iter: 200);

    [Fact]
    public void Denied_AnyValue_RoundTrips() =>
        Gen.Select(Gen.UInt, Gen.UShort, Name, Text, (id, code, rule, text) => new LinkDenied(id, (LinkReason)code, rule, text))
            .Sample(value => RoundTrips(value, m => m.Write, p => LinkDenied.Read(p)), iter: 200);

    [Fact]
    public void SmallMessages_AnyValue_RoundTrip() =>
        Gen.Select(Id, Gen.UInt, Gen.UShort, Gen.Byte, Gen.Bool, Gen.ULong, Sizes, Text).Sample((id, u32, u16, u8, flag, u64, size, text) =>
            RoundTrips(new LinkKey(id, new KeyInput(u32, ~u32, flag)), m => m.Write, p => LinkKey.Read(p))
            && RoundTrips(new LinkPointer(id, new PointerInput(u16, 65535 - u16, u8)), m => m.Write, p => LinkPointer.Read(p))
            && RoundTrips(new LinkCredit(u64, u8), m => m.Write, p => LinkCredit.Read(p))
            && RoundTrips(new LinkPing(u64), m => m.Write, p => LinkPing.Read(p))
            && RoundTrips(new LinkResizeRequest(id, size), m => m.Write, p => LinkResizeRequest.Read(p))
            && RoundTrips(new LinkFormat((u8 % 11) - 1, u8 % 10), m => m.Write, p => LinkFormat.Read(p))
            && RoundTrips(new LinkClipboard(u32, text), m => m.Write, p => LinkClipboard.Read(p))
            && RoundTrips(new LinkClose((LinkReason)u16, text), m => m.Write, p => LinkClose.Read(p)), iter: 200);

    [Fact]
    public void Write_TextOverTheLimit_CutsAtAWholeCharacter()
    {
        LinkTitle title = new(new string('a', LinkLimits.MaxTextBytes - 1) + "é");

        LinkTitle read = LinkTitle.Read(Split.Whole(Payload(title.Write)));

        Assert.Equal(new string('a', LinkLimits.MaxTextBytes - 1), read.Title);
    }

    [Fact]
    public void Write_NameOverTheLimit_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Payload(new LinkHello(1, new string('n', 256)).Write));

    [Fact]
    public void Write_ClipboardOverTheLimit_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            Payload(new LinkClipboard(0, new string('n', RfbLimits.MaxClipboardBytes + 1)).Write));

    [Theory]
    [InlineData("554D425300010001 61", "magic")]
    [InlineData("554D42520001 0000", "empty name")]
    [InlineData("554D42520001 0002 1B63", "control character")]
    [InlineData("554D42520001 0002 C328", "not UTF-8")]
    [InlineData("554D42520001 0100", "limit 255")]
    public void Hello_BadField_SaysWhich(string hex, string expected)
    {
        ReadOnlySequence<byte> payload = Split.Whole(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));

        Assert.Contains(expected, Assert.Throws<ProtocolException>(() => LinkHello.Read(payload)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, false, 0)]
    [InlineData(1, true, 1)]
    [InlineData(2, true, 1)]
    public void TryAgree_PeerVersion_LowerOfTheTwo(ushort peer, bool expected, ushort version)
    {
        Assert.Equal(expected, LinkHello.TryAgree(peer, out ushort agreed));
        Assert.Equal(version, agreed);
    }

    [Fact]
    public void Opened_PathLongerThanAllowed_IsAProtocolError()
    {
        byte[] payload = Payload(new LinkOpened(default, "t", "k", [.. Enumerable.Range(0, LinkLimits.MaxDepth).Select(i => $"n{i}")]).Write);
        payload[10]++;

        Assert.Contains("path of 9", Assert.Throws<ProtocolException>(() =>
            LinkOpened.Read(Split.Whole([.. payload, 0, 1, (byte)'n']))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LinkReason.Denied, 7044)]
    [InlineData(LinkReason.NotShadowable, 7050)]
    [InlineData(LinkReason.Disabled, 7051)]
    [InlineData(LinkReason.SessionNotFound, 7022)]
    [InlineData(LinkReason.AccessDenied, 7045)]
    [InlineData(LinkReason.Loop, null)]
    public void StatusCode_Reason_IsTheTerminalServersNumber(LinkReason reason, int? expected) =>
        Assert.Equal(expected, reason.StatusCode());

    private static LinkExample Example(LinkMessageType type) => LinkExample.All.Single(e => e.Type == type);

    private static byte[] Payload(Action<IBufferWriter<byte>> write)
    {
        ArrayBufferWriter<byte> output = new();
        write(output);
        return output.WrittenSpan[5..].ToArray();
    }

    private static bool RoundTrips<T>(T value, Func<T, Action<IBufferWriter<byte>>> write, Func<ReadOnlySequence<byte>, T> read)
    {
        byte[] payload = Payload(write(value));
        return EqualityComparer<T>.Default.Equals(value, read(Split.At(payload, payload.Length / 2)));
    }
}
