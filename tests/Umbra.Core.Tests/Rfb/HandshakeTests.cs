using System.Buffers;
using System.Text;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Tests.Rfb;

public sealed class HandshakeTests
{
    [Theory]
    [InlineData("RFB 003.003\n", 3, 3)]
    [InlineData("RFB 003.007\n", 3, 7)]
    [InlineData("RFB 003.008\n", 3, 8)]
    [InlineData("RFB 003.889\n", 3, 889)]
    public void ProtocolVersion_RoundTrip(string text, int major, int minor)
    {
        byte[] wire = Encoding.ASCII.GetBytes(text);

        Wire.AssertReads<ProtocolVersion>(wire, ProtocolVersion.TryRead, new ProtocolVersion(major, minor));
        Assert.Equal(wire, Wire.Bytes(new ProtocolVersion(major, minor).Write));
    }

    [Theory]
    [InlineData(3, 3, "3.3")]
    [InlineData(3, 5, "3.3")]
    [InlineData(3, 7, "3.7")]
    [InlineData(3, 8, "3.8")]
    [InlineData(3, 889, "3.3")]
    [InlineData(4, 1, "3.3")]
    public void Spoken_AnyVersion_IsOneOfThree(int major, int minor, string spoken) =>
        Assert.Equal(spoken, new ProtocolVersion(major, minor).Spoken.ToString());

    [Theory]
    [InlineData("HTTP/1.1 400")]
    [InlineData("RFB 003 008\n")]
    [InlineData("RFB 003.008 ")]
    [InlineData("RFB +03.008\n")]
    [InlineData("RFB 003.-08\n")]
    [InlineData("RFB 003.002\n")]
    [InlineData("RFB 002.008\n")]
    public void ProtocolVersion_Wrong_Refused(string text) =>
        Wire.AssertRefuses<ProtocolVersion>(Encoding.ASCII.GetBytes(text), ProtocolVersion.TryRead);

    [Fact]
    public void SecurityTypeList_RoundTrip()
    {
        byte[] wire = Wire.Hex("03 01 02 13");
        SecurityType[] types = [SecurityType.None, SecurityType.VncAuth, SecurityType.VeNCrypt];

        Wire.AssertReads<SecurityTypeList>(wire, SecurityTypeList.TryRead, list => Assert.Equal(types, list.Types));
        Wire.AssertReads<SecurityTypeList>([0], SecurityTypeList.TryRead, list => Assert.Empty(list.Types));
        Assert.Equal(wire, Wire.Bytes(new SecurityTypeList(types).Write));
    }

    [Fact]
    public void SecurityTypeDecision_RoundTrip()
    {
        byte[] wire = Wire.Hex("00 00 00 02");

        Wire.AssertReads<SecurityTypeDecision>(wire, SecurityTypeDecision.TryRead, new SecurityTypeDecision(SecurityType.VncAuth));
        Assert.Equal(wire, Wire.Bytes(new SecurityTypeDecision(SecurityType.VncAuth).Write));
        Wire.AssertRefuses<SecurityTypeDecision>(Wire.Hex("00 00 01 02"), SecurityTypeDecision.TryRead);
    }

    [Fact]
    public void SecurityResult_WithReasonInVersion38Only()
    {
        byte[] refused = Wire.Hex("00 00 00 01 00 00 00 02 6e 6f");

        Wire.AssertReads(Wire.Hex("00 00 00 00"), ReadIn(ProtocolVersion.V38), new SecurityResult(null));
        Wire.AssertReads(refused, ReadIn(ProtocolVersion.V38), new SecurityResult("no"));
        Wire.AssertReads(refused[..4], ReadIn(ProtocolVersion.V37), result => Assert.False(result.IsOk));
        Assert.Equal(refused, Wire.Bytes(output => new SecurityResult("no").Write(output, ProtocolVersion.V38)));
        Assert.Equal(refused[..4], Wire.Bytes(output => new SecurityResult("no").Write(output, ProtocolVersion.V33)));

        static TryRead<SecurityResult> ReadIn(ProtocolVersion version) =>
            (ref SequenceReader<byte> reader, out SecurityResult result) => SecurityResult.TryRead(ref reader, version, out result);
    }

    [Fact]
    public void ReasonText_OverTheLimit_RefusedBeforeItIsRead() =>
        Assert.Contains("4097", Wire.AssertRefuses<ReasonText>(Wire.Hex("00 00 10 01"), ReasonText.TryRead).Message,
            StringComparison.Ordinal);

    [Fact]
    public void VeNCrypt_RoundTrip()
    {
        byte[] list = Wire.Hex("02 00 00 01 04 00 00 01 05");
        VeNCryptSubtype[] subtypes = [VeNCryptSubtype.X509None, VeNCryptSubtype.X509Vnc];

        Wire.AssertReads<VeNCryptVersion>([0, 2], VeNCryptVersion.TryRead, VeNCryptVersion.V02);
        Assert.Equal<byte[]>([0, 2], Wire.Bytes(VeNCryptVersion.V02.Write));
        Wire.AssertReads<VeNCryptSubtypeList>(list, VeNCryptSubtypeList.TryRead, read => Assert.Equal(subtypes, read.Subtypes));
        Assert.Equal(list, Wire.Bytes(new VeNCryptSubtypeList(subtypes).Write));
        Wire.AssertReads<VeNCryptSubtype>(Wire.Hex("00 00 01 05"), VeNCryptSubtypeList.TryReadChoice, VeNCryptSubtype.X509Vnc);
    }

    [Fact]
    public void ClientInit_RoundTrip()
    {
        Wire.AssertReads<ClientInit>([7], ClientInit.TryRead, new ClientInit(true));
        Wire.AssertReads<ClientInit>([0], ClientInit.TryRead, new ClientInit(false));
        Assert.Equal<byte[]>([1], Wire.Bytes(new ClientInit(true).Write));
    }

    [Fact]
    public void ServerInit_RoundTrip()
    {
        ServerInit init = new(new Size(1280, 800), PixelFormat.Bgrx, "Bür");
        byte[] wire = Wire.Hex("0500 0320 20 18 00 01 00ff 00ff 00ff 10 08 00 000000 00000004 42 c3bc 72");

        Wire.AssertReads<ServerInit>(wire, ServerInit.TryRead, init);
        Assert.Equal(wire, Wire.Bytes(init.Write));
    }

    [Fact]
    public void ServerInit_NameOverTheLimit_Refused()
    {
        byte[] wire = Wire.Bytes(new ServerInit(new Size(1, 1), PixelFormat.Bgrx, "").Write);
        wire[^2] = 4;
        wire[^1] = 1;

        Wire.AssertRefuses<ServerInit>(wire, ServerInit.TryRead);
    }

    [Fact]
    public void ServerInit_LongNameOfWideCharacters_IsCutBetweenCharacters()
    {
        byte[] wire = Wire.Bytes(new ServerInit(new Size(1, 1), PixelFormat.Bgrx, new string('€', 1000)).Write);
        SequenceReader<byte> reader = new(new ReadOnlySequence<byte>(wire));

        Assert.True(ServerInit.TryRead(ref reader, out ServerInit read));
        Assert.Equal(new string('€', RfbLimits.MaxNameBytes / 3), read.Name);
    }

    [Fact]
    public void Handshake_RandomBytes_OnlyProtocolExceptions()
    {
        Random random = new(20020107);
        byte[] init = Wire.Bytes(new ServerInit(new Size(800, 600), PixelFormat.Bgrx, "desk").Write);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] noise = new byte[random.Next(40)];
            random.NextBytes(noise);
            Try<ProtocolVersion>(noise, ProtocolVersion.TryRead);
            Try<SecurityTypeList>(noise, SecurityTypeList.TryRead);
            Try<SecurityTypeDecision>(noise, SecurityTypeDecision.TryRead);
            Try<ReasonText>(noise, ReasonText.TryRead);
            Try<VeNCryptSubtypeList>(noise, VeNCryptSubtypeList.TryRead);
            Try<ServerInit>(Wire.Mutate(init, random), ServerInit.TryRead);
            Try<ProtocolVersion>(Wire.Mutate("RFB 003.008\n"u8.ToArray(), random), ProtocolVersion.TryRead);
        }
    }

    private static void Try<T>(byte[] wire, TryRead<T> tryRead)
    {
        try
        {
            SequenceReader<byte> reader = new(Wire.Split(wire, wire.Length / 2));
            tryRead(ref reader, out _);
        }
        catch (ProtocolException)
        {
        }
    }
}
