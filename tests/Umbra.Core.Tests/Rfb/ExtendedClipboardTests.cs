using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Testing;

namespace Umbra.Core.Tests.Rfb;

public sealed class ExtendedClipboardTests : PoolTest
{
    [Fact]
    public void Caps_GoldenBytes()
    {
        byte[] wire = Written(ExtendedClipboard.Caps, asServer: true);

        Assert.Equal(Wire.Hex("03 000000 fffffff8 1f000001 00040000"), wire);
        Assert.Equal(ExtendedClipboard.Caps, Parse(wire[8..]));
    }

    [Fact]
    public void Actions_GoldenBytes()
    {
        Assert.Equal(Wire.Hex("06 000000 fffffffc 02000001"), Written(ExtendedClipboard.Request, asServer: false));
        Assert.Equal(Wire.Hex("03 000000 fffffffc 08000001"), Written(ExtendedClipboard.Notify(true), asServer: true));
        Assert.Equal(Wire.Hex("03 000000 fffffffc 08000000"), Written(ExtendedClipboard.Notify(false), asServer: true));
        Assert.Equal(ExtendedClipboard.Request, Parse(Wire.Hex("02000001")));
        Assert.Equal(ExtendedClipboard.Notify(false), Parse(Wire.Hex("08000000")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("one\ntwo\n")]
    [InlineData("Grüße, 世界 🙂")]
    public void Provide_RoundTrip(string text) => Assert.Equal(text,
        Parse(Written(ExtendedClipboard.Provide(text), asServer: true)[8..]).Text);

    [Fact]
    public void Provide_LongTextOfWideCharacters_RoundTrip()
    {
        string text = string.Concat(Enumerable.Repeat("a🙂€", 20_000));

        Assert.Equal(text, Parse(Written(ExtendedClipboard.Provide(text), asServer: true)[8..]).Text);
    }

    [Fact]
    public void Provide_OnTheWire_HasCrLfAndNul()
    {
        byte[] body = Written(ExtendedClipboard.Provide("a\nb"), asServer: true)[12..];
        using ZLibStream zlib = new(new MemoryStream(body), CompressionMode.Decompress);
        byte[] inflated = new byte[64];
        int count = zlib.ReadAtLeast(inflated, inflated.Length, throwOnEndOfStream: false);

        Assert.Equal(Wire.Hex("00000005 61 0d0a 62 00"), inflated[..count]);
    }

    [Fact]
    public void Provide_InflatesOverTheLimit_IsPassedOver()
    {
        byte[] body = [.. Wire.Hex("10000001"), .. Deflated(new byte[RfbLimits.MaxClipboardBytes + 1], RfbLimits.MaxClipboardBytes + 1)];

        Assert.True(body.Length < 2000);
        Assert.Null(Parse(body).Text);
    }

    [Fact]
    public void Provide_InflatesToMoreThanItSays_OnlyThatMuchIsTaken() =>
        Assert.Equal("aaa", Parse([.. Wire.Hex("10000001"), .. Deflated(Encoding.ASCII.GetBytes(new string('a', 100_000)), 3)]).Text);

    [Theory]
    [InlineData("")]
    [InlineData("100000")]
    [InlineData("10000001")]
    [InlineData("10000001 deadbeef")]
    public void Parse_Broken_Refused(string hex) => Assert.Throws<ProtocolException>(() => Parse(Wire.Hex(hex)));

    [Fact]
    public void Parse_Truncated_Refused()
    {
        byte[] body = Written(ExtendedClipboard.Provide("some text to cut"), asServer: true)[8..];
        for (int length = 0; length < body.Length - 8; length++)
        {
            Assert.Throws<ProtocolException>(() => Parse(body[..length]));
        }
    }

    [Fact]
    public void Parse_MutatedBytes_OnlyProtocolExceptions()
    {
        byte[] body = Written(ExtendedClipboard.Provide("some text to spoil"), asServer: true)[8..];
        Random random = new(77);
        for (int i = 0; i < 20_000; i++)
        {
            try
            {
                Parse(Wire.Mutate(body, random));
            }
            catch (ProtocolException)
            {
            }
        }
    }

    private static byte[] Deflated(byte[] data, int announced)
    {
        using MemoryStream output = new();
        using (ZLibStream zlib = new(output, CompressionLevel.Optimal, leaveOpen: true))
        {
            byte[] size = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(size, announced);
            zlib.Write(size);
            zlib.Write(data);
        }

        return output.ToArray();
    }

    private ExtendedClipboard Parse(byte[] body) => ExtendedClipboard.Parse(Wire.Split(body, body.Length / 3), Pool, Account);

    private byte[] Written(ExtendedClipboard message, bool asServer)
    {
        using PayloadWriter output = new(Pool, BufferTag.Test, Account, 256);
        (asServer ? (Action<PayloadWriter>)message.WriteAsServer : message.WriteAsClient)(output);
        return output.Written.ToArray();
    }
}
