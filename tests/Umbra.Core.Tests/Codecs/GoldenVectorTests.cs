using System.Buffers;
using System.IO.Compression;
using Umbra.Core.Codecs;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Testing;

namespace Umbra.Core.Tests.Codecs;

/// <summary>Bytes written by hand from RFC 6143, 7.7, and the Tight chapter of rfbproto, and the pictures they mean.</summary>
public sealed class GoldenVectorTests : PoolTest
{
    private const uint Red = 0xFF0000;
    private const uint Green = 0x00FF00;
    private const uint Blue = 0x0000FF;
    private const string RedPixel = "0000FF00";
    private const string GreenPixel = "00FF0000";
    private const string BluePixel = "FF000000";

    [Fact]
    public void Hextile_TilesThatCarryColoursOver()
    {
        // 33 x 2: tile 1 red with a green 2x1 at (1,1); tile 2 the same colours, two places; tile 3 (1 x 2) raw.
        string body = "0E" + RedPixel + GreenPixel + "01" + "11" + "10"
            + "08" + "02" + "00" + "00" + "F1" + "00"
            + "01" + BluePixel + GreenPixel;
        uint[] expected = new uint[66];
        Array.Fill(expected, Red);
        (expected[33 + 1], expected[33 + 2]) = (Green, Green);
        (expected[16], expected[33 + 31]) = (Green, Green);
        (expected[32], expected[33 + 32]) = (Blue, Green);
        AssertDecodes(RfbEncoding.Hextile, body, new Size(33, 2), expected);
    }

    [Fact]
    public void Hextile_ColouredSubrects()
    {
        // Background blue; red 16x1 at (0,0), green 1x2 at (3,0).
        string body = "1A" + BluePixel + "02" + RedPixel + "00" + "F0" + GreenPixel + "30" + "01";
        uint[] expected = new uint[48];
        expected.AsSpan(0, 16).Fill(Red);
        expected.AsSpan(16).Fill(Blue);
        (expected[3], expected[19]) = (Green, Green);
        AssertDecodes(RfbEncoding.Hextile, body, new Size(16, 3), expected);
    }

    [Fact]
    public void Zrle_EverySubencoding()
    {
        // 6 tiles of 64x1 beside each other.
        uint[] expected = new uint[64 * 6];
        string raw = "00" + string.Concat(Enumerable.Range(0, 64).Select(i => $"{i:X2}0000"));
        for (uint i = 0; i < 64; i++)
        {
            expected[i] = i;
        }

        string solid = "01" + "0000FF";
        expected.AsSpan(64, 64).Fill(Red);

        // Three colours, two bits each: 0 1 2 0 ...
        string packed = "03" + "0000FF" + "00FF00" + "FF0000" + string.Concat(Enumerable.Repeat("18", 16));
        for (int i = 0; i < 64; i++)
        {
            expected[128 + i] = (i % 4) switch { 1 => Green, 2 => Blue, _ => Red };
        }

        string plainRuns = "80" + "00FF00" + "3E" + "FF0000" + "00";
        expected.AsSpan(192, 63).Fill(Green);
        expected[255] = Blue;
        string paletteRuns = "82" + "0000FF" + "FF0000" + "01" + "80" + "3D" + "01";
        expected.AsSpan(256, 64).Fill(Red);
        (expected[256], expected[319]) = (Blue, Blue);
        string two = "02" + "0000FF" + "00FF00" + "AAAAAAAAAAAAAAAA";
        for (int i = 0; i < 64; i++)
        {
            expected[320 + i] = i % 2 == 0 ? Green : Red;
        }

        byte[] body = Zlib(Convert.FromHexString(raw + solid + packed + plainRuns + paletteRuns + two));
        AssertDecodes(RfbEncoding.Zrle, $"{body.Length:X8}{Convert.ToHexString(body)}", new Size(64 * 6, 1), expected);
    }

    [Fact]
    public void Zrle_RunOfMoreThan255_IsSeveralLengthBytes()
    {
        // 1 + 255 + 255 + 1 = 512 green, then 64 * 9 - 512 = 64 blue.
        byte[] body = Zlib(Convert.FromHexString("80" + "00FF00" + "FFFF01" + "FF0000" + "3F"));
        uint[] expected = new uint[64 * 9];
        expected.AsSpan(0, 512).Fill(Green);
        expected.AsSpan(512).Fill(Blue);
        AssertDecodes(RfbEncoding.Zrle, $"{body.Length:X8}{Convert.ToHexString(body)}", new Size(64, 9), expected);
    }

    [Fact]
    public void ZlibData_TooManyOrTooFew_AreRefused()
    {
        string tooMany = Convert.ToHexString(Zlib(Convert.FromHexString("01" + "0000FF" + "01")));
        string tooFew = Convert.ToHexString(Zlib(Convert.FromHexString("01" + "0000")));
        foreach (string body in new[] { tooMany, tooFew })
        {
            Assert.Throws<ProtocolException>(() =>
                AssertDecodes(RfbEncoding.Zrle, $"{body.Length / 2:X8}{body}", new Size(3, 1), [Red, Red, Red]));
        }

        string[] tight = [Convert.ToHexString(Zlib(new byte[16])), Convert.ToHexString(Zlib(new byte[14]))];
        foreach (string body in tight)
        {
            Assert.Throws<ProtocolException>(() =>
                AssertDecodes(RfbEncoding.Tight, $"00{body.Length / 2:X2}{body}", new Size(5, 1), new uint[5]));
        }
    }

    [Fact]
    public void Tight_Fill() => AssertDecodes(RfbEncoding.Tight, "80" + "FF0000", new Size(3, 1), [Red, Red, Red]);

    [Fact]
    public void Tight_CopyOfLessThan12Bytes_IsPlain() =>
        AssertDecodes(RfbEncoding.Tight, "00" + "FF0000" + "00FF00" + "0000FF", new Size(3, 1), [Red, Green, Blue]);

    [Fact]
    public void Tight_TwoColours_AreBitsInRowsOfWholeBytes() =>
        AssertDecodes(RfbEncoding.Tight, "50" + "01" + "01" + "FF0000" + "0000FF" + "40" + "A0",
            new Size(3, 2), [Red, Blue, Red, Blue, Red, Blue]);

    [Fact]
    public void Tight_Palette_IsAByteEach() =>
        AssertDecodes(RfbEncoding.Tight, "60" + "01" + "02" + "FF0000" + "00FF00" + "0000FF" + "02" + "00" + "01" + "01",
            new Size(2, 2), [Blue, Red, Green, Green]);

    [Fact]
    public void Tight_Gradient_AddsToThePrediction()
    {
        // Row 1: 10 20 30, +1 each. Row 2: +0; then
        // left (10 20 30) + above (11 21 31) - above left (10 20 30) + 2 = 13 23 33.
        byte[] data = [10, 20, 30, 1, 1, 1, 0, 0, 0, 2, 2, 2];
        byte[] zlib = Zlib(data);
        string body = "4002" + $"{zlib.Length:X2}" + Convert.ToHexString(zlib);
        AssertDecodes(RfbEncoding.Tight, body, new Size(2, 2), [0x0A141E, 0x0B151F, 0x0A141E, 0x0D1721]);
    }

    [Fact]
    public void Tight_StreamsGoOnUntilTheyAreReset()
    {
        // Two rectangles from one zlib stream, then a reset and a third from a new one.
        byte[] pixels = [255, 0, 0, 0, 255, 0, 0, 0, 255, 1, 2, 3];
        using MemoryStream compressed = new();
        using ZLibStream zlib = new(compressed, CompressionLevel.Fastest, leaveOpen: true);
        zlib.Write(pixels);
        zlib.Flush();
        byte[] first = compressed.ToArray();
        zlib.Write(pixels);
        zlib.Flush();
        byte[] second = compressed.ToArray()[first.Length..];
        byte[] third = Zlib(pixels);
        uint[] expected = [Red, Green, Blue, 0x010203];
        using RectDecoders decoders = new(Pool, Account, PixelFormat.Bgrx);
        AssertDecodes(decoders, RfbEncoding.Tight, [0x30, (byte)first.Length, .. first], new Size(4, 1), expected);
        AssertDecodes(decoders, RfbEncoding.Tight, [0x30, (byte)second.Length, .. second], new Size(4, 1), expected);
        AssertDecodes(decoders, RfbEncoding.Tight, [0x38, (byte)third.Length, .. third], new Size(4, 1), expected);
        Assert.Throws<ProtocolException>(() =>
            AssertDecodes(decoders, RfbEncoding.Tight, [0x30, (byte)third.Length, .. third], new Size(4, 1), expected));
    }

    [Fact]
    public void CopyRect_MovesAndTells()
    {
        using Canvas canvas = new(Pool, Account, new Size(4, 1));
        canvas.Fill(new Rect(0, 0, 2, 1), Red);
        using RectDecoders decoders = new(Pool, Account, PixelFormat.Bgrx);
        using PayloadWriter output = new(Pool, BufferTag.Test, Account);
        CopyMove move = new(0, 0, new Rect(1, 0, 2, 1));
        CopyRectEncoder.Write(output, move);

        Assert.Equal("0001000000020001" + "00000001" + "00000000", Convert.ToHexString(output.Written));
        Wire.Decode(decoders, canvas, output.Written.ToArray());
        Assert.Equal([Red, Red, Red, 0], canvas.PixelRow(0, 0, 4).ToArray());
        Assert.Equal(move, decoders.LastMove);
    }

    [Fact]
    public void Encode_Tight_KnownPictures()
    {
        using RectEncoders encoders = new(Pool, Account);
        using PayloadWriter output = new(Pool, BufferTag.Test, Account);
        using Canvas canvas = new(Pool, Account, new Size(20, 2));
        EncodingClass tight = new(RfbEncoding.Tight, PixelFormat.Bgrx);
        canvas.Fill(new Rect(2, 0, 18, 2), Red);
        encoders.Encode(canvas, new Rect(2, 0, 18, 2), tight, output);
        Assert.Equal("0002000000120002" + "00000007" + "80FF0000", Convert.ToHexString(output.Written));

        // Two colours in rows of 2 bytes: 4 bytes, so without zlib, though as of stream 1; filter 1, first colour first.
        output.Clear();
        canvas.Fill(new Rect(4, 1, 10, 1), Blue);
        encoders.Encode(canvas, new Rect(2, 0, 16, 2), tight, output);
        Assert.Equal("0002000000100002" + "00000007" + "500101FF00000000FF" + "0000" + "3FF0", Convert.ToHexString(output.Written));
    }

    [Theory]
    [InlineData(0, "00")]
    [InlineData(127, "7F")]
    [InlineData(128, "8001")]
    [InlineData(16383, "FF7F")]
    [InlineData(16384, "808001")]
    [InlineData(4194303, "FFFFFF")]
    public void WriteLength_IsCompact(int length, string expected)
    {
        Span<byte> output = stackalloc byte[3];
        int count = TightControl.WriteLength(length, output);
        Assert.Equal(expected, Convert.ToHexString(output[..count]));
    }

    private static byte[] Zlib(byte[] data)
    {
        using MemoryStream output = new();
        using (ZLibStream zlib = new(output, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            zlib.Write(data);
            zlib.Flush();
            return output.ToArray();
        }
    }

    private void AssertDecodes(RfbEncoding encoding, string body, Size size, uint[] expected)
    {
        using RectDecoders decoders = new(Pool, Account, PixelFormat.Bgrx);
        AssertDecodes(decoders, encoding, Convert.FromHexString(body), size, expected);
    }

    private void AssertDecodes(RectDecoders decoders, RfbEncoding encoding, byte[] body, Size size, uint[] expected)
    {
        using Canvas canvas = new(Pool, Account, size);
        SequenceReader<byte> reader = new(new ReadOnlySequence<byte>(body));
        decoders.Begin(encoding, canvas, size.Bounds);
        Assert.True(decoders.TryDecode(ref reader));
        Assert.True(reader.End);
        for (int y = 0; y < size.Height; y++)
        {
            Assert.Equal(expected[(y * size.Width)..((y + 1) * size.Width)], canvas.PixelRow(0, y, size.Width).ToArray());
        }
    }
}
