using CsCheck;
using Umbra.Core.Codecs;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Testing;
using Size = Umbra.Core.Surfaces.Size;

namespace Umbra.Core.Tests.Codecs;

public sealed class EncoderRoundTripTests : PoolTest
{
    private static readonly RfbEncoding[] Encodings = [RfbEncoding.Raw, RfbEncoding.Hextile, RfbEncoding.Zrle, RfbEncoding.Tight];

    public static TheoryData<RfbEncoding, int> Cases() => new(
        from encoding in Encodings
        from format in Enumerable.Range(0, Formats.All.Length)
        select new TheoryDataRow<RfbEncoding, int>(encoding, format));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Decode_OfEncode_IsThePictureQuantised(RfbEncoding encoding, int formatIndex)
    {
        PixelFormat format = Formats.All[formatIndex];
        Gen.Select(Gen.Int[1, 150], Gen.Int[1, 150], Gen.Enum<Picture>(), Gen.Int[0, 9], Gen.Int).Sample(
            (width, height, picture, level, seed) =>
                RoundTrip(
                    new Size(width + 7, height + 5), new Rect(3, 2, width, height), picture, seed,
                    new EncodingClass(encoding, format, -1, level)),
            iter: 40, seed: "0000Zf9uhIO1", threads: 1);
    }

    [Theory]
    [InlineData(RfbEncoding.Tight)]
    [InlineData(RfbEncoding.Zrle)]
    [InlineData(RfbEncoding.Hextile)]
    [InlineData(RfbEncoding.Raw)]
    public void Decode_OfEncode_LargePictures(RfbEncoding encoding)
    {
        foreach (Picture picture in Pictures.All)
        {
            RoundTrip(new Size(1300, 310), new Rect(0, 0, 1300, 310), picture, 5, new EncodingClass(encoding, PixelFormat.Bgrx));
        }

        RoundTrip(new Size(4100, 70), new Rect(0, 0, 4100, 70), Picture.Desktop, 5, new EncodingClass(encoding, PixelFormat.Bgrx));
        RoundTrip(new Size(4100, 70), new Rect(0, 0, 4100, 70), Picture.Noise, 5, new EncodingClass(encoding, Formats.Rgb565));
    }

    [Theory]
    [InlineData(RfbEncoding.Tight)]
    [InlineData(RfbEncoding.Zrle)]
    public void Encode_SimplePictures_IsMuchSmallerThanRaw(RfbEncoding encoding)
    {
        using RectEncoders encoders = new(Pool, Account);
        using PayloadWriter output = new(Pool, BufferTag.Test, Account);
        using Canvas canvas = new(Pool, Account, new Size(256, 192));
        int raw = 256 * 192 * 4;
        (Picture, int)[] parts =
            [(Picture.Solid, 500), (Picture.TwoColours, 20), (Picture.SixteenColours, 20), (Picture.ManyColours, 3), (Picture.Text, 10)];
        foreach ((Picture picture, int part) in parts)
        {
            canvas.Draw(canvas.Size.Bounds, picture, new Random(3));
            output.Clear();
            encoders.Encode(canvas, canvas.Size.Bounds, new EncodingClass(encoding, PixelFormat.Bgrx), output);
            Assert.True(output.Length < raw / part, $"{picture}: {output.Length} of {raw}");
        }
    }

    [Fact]
    public void Encode_TightWithoutQuality_IsNeverLossy()
    {
        using RectEncoders encoders = new(Pool, Account);
        using PayloadWriter output = new(Pool, BufferTag.Test, Account);
        using Canvas canvas = new(Pool, Account, new Size(256, 192));
        canvas.Draw(canvas.Size.Bounds, Picture.Photo, new Random(3));
        EncodingClass lossy = new(RfbEncoding.Tight, PixelFormat.Bgrx, 5);

        Assert.Equal(JpegCodec.IsAvailable, encoders.Encode(canvas, canvas.Size.Bounds, lossy, output).IsLossy);
        Assert.False(encoders.Encode(canvas, canvas.Size.Bounds, lossy.Lossless, output).IsLossy);
    }

    [Fact]
    public void Encode_OverQuota_LeavesTheOutputAsItWas()
    {
        using RectEncoders encoders = new(Pool, Account);
        using Account small = Pool.Root.Open("small", 40_000);
        using PayloadWriter output = new(Pool, BufferTag.Test, small);
        using Canvas canvas = new(Pool, Account, new Size(300, 300));
        canvas.Draw(canvas.Size.Bounds, Picture.Noise, new Random(3));
        output.Advance(5);
        foreach (RfbEncoding encoding in Encodings)
        {
            EncodingClass encodingClass = new(encoding, PixelFormat.Bgrx);
            Assert.Throws<QuotaExceededException>(() => encoders.Encode(canvas, canvas.Size.Bounds, encodingClass, output));
            Assert.Equal(5, output.Length);
        }
    }

    private void RoundTrip(Size size, Rect rect, Picture picture, int seed, EncodingClass encodingClass)
    {
        using RectEncoders encoders = new(Pool, Account);
        using RectDecoders decoders = new(Pool, Account, encodingClass.Format);
        using PayloadWriter output = new(Pool, BufferTag.Test, Account);
        using Canvas canvas = new(Pool, Account, size);
        using Canvas decoded = new(Pool, Account, size);
        canvas.Draw(rect, picture, new Random(seed));

        EncodeResult result = encoders.Encode(canvas, rect, encodingClass, output);
        int count = Wire.Decode(decoders, decoded, Wire.AsFirst(output.Written));

        Assert.Equal(result.RectCount, count);
        Assert.True(count == 1 || rect.Width > 64 || rect.Height > 64);
        Assert.False(result.IsLossy);
        Formats.Quantise(canvas, rect, encodingClass.Format);
        Wire.AssertSame(canvas, decoded);
    }
}
