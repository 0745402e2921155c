using System.Buffers;
using Umbra.Core.Input;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Tests.Rfb;

public sealed class ClientMessageTests
{
    [Fact]
    public void SetPixelFormat_RoundTrip()
    {
        byte[] wire = Wire.Hex("00 000000 20 18 00 01 00ff 00ff 00ff 10 08 00 000000");

        Wire.AssertReads<SetPixelFormat>(wire, SetPixelFormat.TryRead, new SetPixelFormat(PixelFormat.Bgrx));
        Assert.Equal(wire, Wire.Bytes(new SetPixelFormat(PixelFormat.Bgrx).Write));
    }

    [Theory]
    [InlineData("00 000000 18 18 00 01 00ff 00ff 00ff 10 08 00 000000")]
    [InlineData("00 000000 20 18 00 01 00fe 00ff 00ff 10 08 00 000000")]
    [InlineData("00 000000 20 18 00 01 00ff 00ff 00ff 19 08 00 000000")]
    [InlineData("00 000000 20 18 00 00 00ff 00ff 00ff 10 08 00 000000")]
    public void SetPixelFormat_Impossible_Refused(string hex) => Wire.AssertRefuses<SetPixelFormat>(Wire.Hex(hex), SetPixelFormat.TryRead);

    [Fact]
    public void FramebufferUpdateRequest_RoundTrip()
    {
        byte[] wire = Wire.Hex("03 01 0001 0002 0300 0400");
        FramebufferUpdateRequest request = new(true, new Rect(1, 2, 0x300, 0x400));

        Wire.AssertReads<FramebufferUpdateRequest>(wire, FramebufferUpdateRequest.TryRead, request);
        Assert.Equal(wire, Wire.Bytes(request.Write));
    }

    [Fact]
    public void KeyEvent_RoundTrip()
    {
        byte[] wire = Wire.Hex("04 01 0000 0000ff0d");

        Wire.AssertReads<KeyEvent>(wire, KeyEvent.TryRead, new KeyEvent(0xff0d, true));
        Assert.Equal(wire, Wire.Bytes(new KeyEvent(0xff0d, true).Write));
    }

    [Fact]
    public void QemuKeyEvent_RoundTrip()
    {
        byte[] wire = Wire.Hex("ff 00 0001 0000ff0d 0000001c");
        QemuKeyEvent message = new(new KeyInput(0xff0d, 0x1c, true));

        Wire.AssertReads<QemuKeyEvent>(wire, QemuKeyEvent.TryRead, message);
        Assert.Equal(wire, Wire.Bytes(message.Write));
        Wire.AssertRefuses<QemuKeyEvent>([255, 1], QemuKeyEvent.TryRead);
    }

    [Fact]
    public void PointerEvent_RoundTrip()
    {
        byte[] wire = Wire.Hex("05 81 0102 0304");
        PointerEvent message = new(new PointerInput(0x102, 0x304, 0x81));

        Wire.AssertReads<PointerEvent>(wire, PointerEvent.TryRead, message);
        Assert.Equal(wire, Wire.Bytes(message.Write));
        Assert.Equal(Wire.Hex("05 00 0000 ffff"), Wire.Bytes(new PointerEvent(new PointerInput(-5, 70_000, 0)).Write));
    }

    [Fact]
    public void EnableContinuousUpdates_RoundTrip()
    {
        byte[] wire = Wire.Hex("96 01 0000 0001 0500 0320");
        EnableContinuousUpdates message = new(true, new Rect(0, 1, 1280, 800));

        Wire.AssertReads<EnableContinuousUpdates>(wire, EnableContinuousUpdates.TryRead, message);
        Assert.Equal(wire, Wire.Bytes(message.Write));
    }

    [Fact]
    public void Fence_RoundTrip()
    {
        byte[] wire = Wire.Hex("f8 000000 80000003 03 616263");

        Wire.AssertReads<Fence>(wire, Fence.TryRead, fence =>
        {
            Assert.True(fence.IsRequest);
            Assert.Equal("abc"u8, fence.Payload);
        });
        Assert.Equal(wire, Wire.Bytes(new Fence(FenceFlags.Request | FenceFlags.BlockBefore | FenceFlags.BlockAfter, "abc"u8).Write));
        Wire.AssertRefuses<Fence>(Wire.Hex("f8 000000 80000003 41"), Fence.TryRead);
    }

    [Fact]
    public void FenceAnswer_KeepsThePayloadAndWhatWeUnderstand() =>
        Assert.Equal(
            Wire.Hex("f8 000000 00000005 02 0102"),
            Wire.Bytes(new Fence((FenceFlags)0xF0000085, [1, 2]).Answer().Write));

    [Fact]
    public void SetDesktopSize_RoundTrip()
    {
        byte[] wire = Wire.Hex("fb 00 0500 0320 01 00 00000001 0000 0000 0500 0320 00000000");

        Wire.AssertReads<SetDesktopSize>(wire, SetDesktopSize.TryRead, message =>
        {
            Assert.Equal(new Size(1280, 800), message.Size);
            Assert.Equal([Screen.Single(new Size(1280, 800))], message.Screens);
        });
        Assert.Equal(wire, Wire.Bytes(new SetDesktopSize(new Size(1280, 800), [Screen.Single(new Size(1280, 800))]).Write));
        Wire.AssertRefuses<SetDesktopSize>(Wire.Hex("fb 00 0500 0320 11 00"), SetDesktopSize.TryRead);
    }

    [Fact]
    public void SetEncodings_GoldenBytes()
    {
        byte[] wire = Wire.Hex("02 00 0003 00000007 fffffff1 ffffff21");
        Assert.Equal(wire, Wire.Bytes(output => SetEncodings.Write(output,
            [RfbEncoding.Tight, (RfbEncoding)(-15), RfbEncoding.DesktopSize])));
        Wire.AssertReads<ClientCapabilities>(
            wire,
            (ref SequenceReader<byte> reader, out ClientCapabilities capabilities) =>
                SetEncodings.TryRead(ref reader, out capabilities, out _),
            capabilities => Assert.True(capabilities.SupportsDesktopSize));
    }

    [Fact]
    public void ClientCutText_GoldenBytes() => Assert.Equal(Wire.Hex("06 000000 00000003 61fc3f"),
        Wire.Bytes(new ClientCutText("aü€").Write));
}
