using System.Buffers;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Tests.Rfb;

public sealed class ServerMessageTests
{
    [Fact]
    public void FramebufferUpdate_RoundTrip()
    {
        Wire.AssertReads<FramebufferUpdate>(Wire.Hex("00 00 ffff"), FramebufferUpdate.TryRead,
            new FramebufferUpdate(FramebufferUpdate.UntilLastRect));
        Assert.Equal(Wire.Hex("00 00 0102"), Wire.Bytes(new FramebufferUpdate(0x102).Write));
    }

    [Fact]
    public void RectHeader_RoundTrip()
    {
        byte[] wire = Wire.Hex("0001 0002 0003 0004 fffffecc");
        RectHeader header = new(new Rect(1, 2, 3, 4), RfbEncoding.ExtendedDesktopSize);

        Wire.AssertReads<RectHeader>(wire, RectHeader.TryRead, header);
        Assert.Equal(wire, Wire.Bytes(header.Write));
    }

    [Fact]
    public void PseudoRects_WithoutBody_GoldenBytes()
    {
        Assert.Equal(Wire.Hex("0000 0000 0500 0320 ffffff21"), Wire.Bytes(new DesktopSizeRect(new Size(1280, 800)).Write));
        Assert.Equal(Wire.Hex("0000 0000 0000 0000 ffffff20"), Wire.Bytes(LastRectMarker.Write));
        Assert.Equal(Wire.Hex("0000 0000 0000 0000 fffffefe"), Wire.Bytes(QemuKeyRect.Write));
    }

    [Fact]
    public void ExtendedDesktopSize_RoundTrip()
    {
        byte[] wire = Wire.Hex("0001 0003 0500 0320 fffffecc 01 000000 00000001 0000 0000 0500 0320 00000000");
        Size size = new(1280, 800);
        ExtendedDesktopSizeRect rect = ExtendedDesktopSizeRect.Single(size, DesktopSizeReason.ThisClient, DesktopSizeStatus.InvalidLayout);
        RectHeader header = new(new Rect(1, 3, 1280, 800), RfbEncoding.ExtendedDesktopSize);

        Assert.Equal(wire, Wire.Bytes(rect.Write));
        Wire.AssertReads(wire[RectHeader.WireSize..], ReadAfter(header), read =>
        {
            Assert.Equal((rect.Reason, rect.Status, rect.Size), (read.Reason, read.Status, read.Size));
            Assert.Equal(rect.Screens, read.Screens);
        });
        Wire.AssertRefuses([17], ReadAfter(header));

        static TryRead<ExtendedDesktopSizeRect> ReadAfter(RectHeader header) =>
            (ref SequenceReader<byte> reader, out ExtendedDesktopSizeRect rect) =>
                ExtendedDesktopSizeRect.TryReadBody(ref reader, header, out rect);
    }

    [Fact]
    public void DesktopName_RoundTrip()
    {
        byte[] wire = Wire.Hex("0000 0000 0000 0000 fffffecd 00000004 42c3bc72");

        Assert.Equal(wire, Wire.Bytes(new DesktopNameRect("Bür").Write));
        Wire.AssertReads<DesktopNameRect>(wire[RectHeader.WireSize..], DesktopNameRect.TryReadBody, new DesktopNameRect("Bür"));
        Wire.AssertRefuses<DesktopNameRect>(Wire.Hex("00000401"), DesktopNameRect.TryReadBody);
    }

    [Theory]
    [InlineData(RfbEncoding.QemuLedState, "0000 0000 0000 0000 fffffefb 06")]
    [InlineData(RfbEncoding.VMwareLedState, "0000 0000 0000 0000 574d5668 00000006")]
    public void LedState_RoundTrip(RfbEncoding encoding, string hex)
    {
        byte[] wire = Wire.Hex(hex);

        Assert.Equal(wire, Wire.Bytes(output => new LedStateRect(6).Write(output, encoding)));
        Wire.AssertReads(wire[RectHeader.WireSize..], Read, new LedStateRect(6));

        bool Read(ref SequenceReader<byte> reader, out LedStateRect rect) => LedStateRect.TryReadBody(ref reader, encoding, out rect);
    }

    [Fact]
    public void SmallMessages_GoldenBytes()
    {
        Assert.Equal<byte[]>([2], Wire.Bytes(Bell.Write));
        Assert.Equal<byte[]>([150], Wire.Bytes(EndOfContinuousUpdates.Write));
        Assert.Equal(Wire.Hex("03 000000 00000002 6869"), Wire.Bytes(new ServerCutText("hi").Write));
        Assert.Equal(
            Wire.Hex("01 00 0010 0002 ffff 8080 0000 0101 0202 0303"),
            Wire.Bytes(output => SetColourMapEntries.Write(output, 16, [0xFF8000, 0x010203])));
    }
}
