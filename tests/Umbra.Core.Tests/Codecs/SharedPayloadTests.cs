using Umbra.Core.Codecs;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Testing;

namespace Umbra.Core.Tests.Codecs;

/// <summary>What was encoded once can be sent to anybody in any order.</summary>
public sealed class SharedPayloadTests : PoolTest
{
    private const int Tile = 64;
    private static readonly Size Screen = new(Tile * 8, Tile * 6);

    [Theory]
    [InlineData(RfbEncoding.Tight, -1)]
    [InlineData(RfbEncoding.Tight, 7)]
    [InlineData(RfbEncoding.Zrle, -1)]
    [InlineData(RfbEncoding.Hextile, -1)]
    public void Payloads_OfManyEncodersInAnyOrder_DecodeOnOneConnection(RfbEncoding encoding, int quality)
    {
        Random random = new(21);
        EncodingClass encodingClass = new(encoding, PixelFormat.Bgrx, quality, 1);
        using Canvas canvas = new(Pool, Account, Screen);
        List<byte[]> payloads = EncodeTiles(canvas, encodingClass, random);
        using Canvas expected = new(Pool, Account, Screen);
        foreach (byte[] payload in payloads)
        {
            using RectDecoders own = new(Pool, Account, PixelFormat.Bgrx);
            Wire.Decode(own, expected, Wire.AsFirst(payload));
        }

        if (quality < 0)
        {
            Wire.AssertSame(canvas, expected);
        }

        for (int viewer = 0; viewer < 3; viewer++)
        {
            byte[][] order = [.. payloads];
            random.Shuffle(order);
            using Canvas decoded = new(Pool, Account, Screen);
            using RectDecoders decoders = new(Pool, Account, PixelFormat.Bgrx);
            for (int i = 0; i < order.Length; i++)
            {
                // A tile twice, as when it changed and changed back.
                Wire.Decode(decoders, decoded, i == 0 ? Wire.AsFirst(order[i]) : order[i]);
                Wire.Decode(decoders, decoded, order[random.Next(i + 1)]);
            }

            Wire.AssertSame(expected, decoded);
        }
    }

    [Fact]
    public void Encode_TheSamePixels_AreTheSameBytesWhateverCameBefore()
    {
        using RectEncoders used = new(Pool, Account);
        using PayloadWriter output = new(Pool, BufferTag.Test, Account);
        using Canvas canvas = new(Pool, Account, Screen);
        canvas.Draw(canvas.Size.Bounds, Picture.Desktop, new Random(4));
        EncodingClass[] classes =
        [
            new(RfbEncoding.Tight, PixelFormat.Bgrx), new(RfbEncoding.Tight, Formats.Rgb565, 5),
            new(RfbEncoding.Zrle, Formats.Rgb565), new(RfbEncoding.Hextile, PixelFormat.Bgrx),
        ];
        foreach (EncodingClass encodingClass in classes)
        {
            output.Clear();
            used.Encode(canvas, canvas.Size.Bounds, encodingClass, output);
            int length = output.Length;
            using RectEncoders fresh = new(Pool, Account);
            fresh.Encode(canvas, canvas.Size.Bounds, encodingClass, output);

            Assert.True(output.Written[..length].SequenceEqual(output.Written[length..]));
        }
    }

    [Fact]
    public void Encode_SeveralAreasOfText_TakeFewerBytesThanOneByOne()
    {
        using RectEncoders encoders = new(Pool, Account);
        using PayloadWriter output = new(Pool, BufferTag.Test, Account);
        using Canvas canvas = new(Pool, Account, Screen);
        Rect[] lines = [new(0, 0, Screen.Width, 14), new(0, 40, Screen.Width, 14)];
        EncodingClass tight = new(RfbEncoding.Tight, PixelFormat.Bgrx);
        canvas.Draw(lines[0], Picture.TwoColours, new Random(4));
        canvas.Draw(lines[1], Picture.TwoColours, new Random(4));
        EncodeResult together = encoders.Encode(canvas, lines, tight, output);
        int length = output.Length;
        EncodeResult each = encoders.Encode(canvas, lines[0], tight, output) + encoders.Encode(canvas, lines[1], tight, output);

        Assert.Equal(each, together);
        Assert.True(length < (output.Length - length) * 2 / 3);
    }

    [Fact]
    public void Encode_WordsOfALine_AreOneRectangle()
    {
        using RectEncoders encoders = new(Pool, Account);
        using PayloadWriter output = new(Pool, BufferTag.Test, Account);
        using Canvas canvas = new(Pool, Account, Screen);
        canvas.Draw(new Rect(0, 0, Tile, 14), Picture.TwoColours, new Random(4));
        canvas.Draw(new Rect(3 * Tile, 0, Tile, 14), Picture.TwoColours, new Random(4));

        Assert.Equal(1, encoders.Encode(canvas, new Rect(0, 0, 4 * Tile, 14), new EncodingClass(RfbEncoding.Tight, PixelFormat.Bgrx), output).RectCount);
    }

    /// <summary>157 bytes at the fastest level.</summary>
    [Fact]
    public void Encode_RowsAsTheOneAbove_CostLess()
    {
        using RectEncoders encoders = new(Pool, Account);
        using PayloadWriter output = new(Pool, BufferTag.Test, Account);
        using Canvas canvas = new(Pool, Account, Screen);
        Rect cell = new(0, 0, Tile, Tile);
        canvas.Fill(cell, 0x264653);
        canvas.Fill(cell with { X = 9, Width = 20 }, 0xE9C46A);
        canvas.Fill(cell with { X = 29, Width = 11 }, 0xE76F51);
        encoders.Encode(canvas, cell, new EncodingClass(RfbEncoding.Tight, PixelFormat.Bgrx), output);

        Assert.InRange(output.Length, 1, 130);
    }

    [Fact]
    public void WritePrefix_OtherEncoding_IsRefused()
    {
        byte[] payload = new byte[40];
        Assert.Throws<ArgumentException>(() => ZrleStart.WritePrefix(payload, new byte[ZrleStart.PrefixSize]));
    }

    [Fact]
    public void Encode_Zrle_EndsWithASyncMarkerAndHasNoZlibHeader()
    {
        using RectEncoders encoders = new(Pool, Account);
        using PayloadWriter output = new(Pool, BufferTag.Test, Account);
        using Canvas canvas = new(Pool, Account, Screen);
        canvas.Draw(canvas.Size.Bounds, Picture.Text, new Random(4));
        EncodeResult result = encoders.Encode(canvas, canvas.Size.Bounds, new EncodingClass(RfbEncoding.Zrle, PixelFormat.Bgrx), output);

        Assert.Equal(new EncodeResult(1, false), result);
        Assert.NotEqual(0x78, output.Written[16]);
        Assert.Equal("0000FFFF", Convert.ToHexString(output.Written[^4..]));
    }

    private List<byte[]> EncodeTiles(Canvas canvas, EncodingClass encodingClass, Random random)
    {
        using RectEncoders one = new(Pool, Account);
        using RectEncoders other = new(Pool, Account);
        using PayloadWriter output = new(Pool, BufferTag.Test, Account);
        List<byte[]> payloads = [];
        List<Rect> tiles = [];
        int drawn = 0;
        for (int y = 0; y < Screen.Height; y += Tile)
        {
            for (int x = 0; x < Screen.Width; x += Tile)
            {
                Rect tile = new(x, y, Tile, Tile);
                canvas.Draw(tile, Pictures.All[drawn++ % Pictures.All.Length], random);
                tiles.Add(tile);
                if (random.Next(3) == 0 || drawn * Tile * Tile == Screen.Width * Screen.Height)
                {
                    output.Clear();
                    (random.Next(2) == 0 ? one : other).Encode(canvas, [.. tiles], encodingClass, output);
                    payloads.Add(output.Written.ToArray());
                    tiles.Clear();
                }
            }
        }

        return payloads;
    }
}
