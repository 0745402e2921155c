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
        for (int y = 0; y < Screen.Height; y += Tile)
        {
            for (int x = 0; x < Screen.Width; x += Tile)
            {
                Rect tile = new(x, y, Tile, Tile);
                canvas.Draw(tile, Pictures.All[payloads.Count % Pictures.All.Length], random);
                output.Clear();
                (random.Next(2) == 0 ? one : other).Encode(canvas, tile, encodingClass, output);
                payloads.Add(output.Written.ToArray());
            }
        }

        return payloads;
    }
}
