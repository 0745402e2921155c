using System.Runtime.InteropServices;
using Umbra.Core.Codecs;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Testing;

namespace Umbra.Core.Tests.Codecs;

public sealed class JpegTests : PoolTest
{
    /// <summary>TJFLAG_PROGRESSIVE.</summary>
    private const int Progressive = 16384;

    public JpegTests() => Assert.SkipUnless(JpegCodec.IsAvailable, "libturbojpeg.so.0 is not installed");

    public static TheoryData<int> Levels() => new(Enumerable.Range(0, 10));

    [Theory]
    [MemberData(nameof(Levels))]
    public void Decode_OfEncode_IsNearThePicture(int level)
    {
        using RectEncoders encoders = new(Pool, Account);
        using RectDecoders decoders = new(Pool, Account, PixelFormat.Bgrx);
        using PayloadWriter output = new(Pool, BufferTag.Test, Account);
        using Canvas canvas = new(Pool, Account, new Size(333, 277));
        using Canvas decoded = new(Pool, Account, canvas.Size);
        Rect rect = new(5, 7, 320, 264);
        canvas.Draw(rect, Picture.Photo, new Random(2));

        EncodeResult result = encoders.Encode(canvas, rect, new EncodingClass(RfbEncoding.Tight, PixelFormat.Bgrx, level), output);
        Wire.Decode(decoders, decoded, output.Written.ToArray());

        Assert.Equal(new EncodeResult(1, true), result);
        Assert.True(output.Length < rect.Area * 3 * (level + 2) / 16, $"{output.Length} bytes");
        (double mean, int padding) = Difference(canvas, decoded);
        Assert.InRange(mean, 0, level < 2 ? 9 : level < 6 ? 5 : 3);
        Assert.Equal(0, padding);
    }

    [Fact]
    public void Encode_FilmBesideText_OnlyTheFilmLosesDetail()
    {
        using RectEncoders encoders = new(Pool, Account);
        using RectDecoders decoders = new(Pool, Account, PixelFormat.Bgrx);
        using PayloadWriter output = new(Pool, BufferTag.Test, Account);
        using Canvas canvas = new(Pool, Account, new Size(1280, 800));
        using Canvas decoded = new(Pool, Account, canvas.Size);
        canvas.Draw(canvas.Size.Bounds, Picture.Text, new Random(2));
        Rect film = new(640, 128, 512, 384);
        canvas.Draw(film, Picture.Photo, new Random(2));

        EncodingClass tight = new(RfbEncoding.Tight, PixelFormat.Bgrx, 5);
        EncodeResult result = encoders.Encode(canvas, canvas.Size.Bounds, tight, output);
        Wire.Decode(decoders, decoded, output.Written.ToArray());

        Assert.True(result.IsLossy);
        for (int y = film.Y; y < film.Bottom; y++)
        {
            canvas.Row(film.X, y, film.Width).Clear();
            decoded.Row(film.X, y, film.Width).Clear();
        }

        Wire.AssertSame(canvas, decoded);
    }

    [Fact]
    public void Encode_FullScreenFilm_IsAFewRectangles()
    {
        using RectEncoders encoders = new(Pool, Account);
        using PayloadWriter output = new(Pool, BufferTag.Test, Account);
        using Canvas canvas = new(Pool, Account, new Size(1280, 800));
        canvas.Draw(canvas.Size.Bounds, Picture.Photo, new Random(2));
        canvas.Fill(new Rect(256, 256, 128, 64), 0x808080);

        EncodingClass tight = new(RfbEncoding.Tight, PixelFormat.Bgrx, 5);
        EncodeResult result = encoders.Encode(canvas, canvas.Size.Bounds, tight, output);

        Assert.Equal(new EncodeResult(2, true), result);
    }

    [Fact]
    public void Decode_PictureOfAnotherSize_IsRefusedAndDrawsNothing()
    {
        using RectEncoders encoders = new(Pool, Account);
        using RectDecoders decoders = new(Pool, Account, PixelFormat.Bgrx);
        using PayloadWriter output = new(Pool, BufferTag.Test, Account);
        using Canvas canvas = new(Pool, Account, new Size(64, 64));
        using Canvas decoded = new(Pool, Account, new Size(200, 200));
        canvas.Draw(canvas.Size.Bounds, Picture.Noise, new Random(2));
        encoders.Encode(canvas, canvas.Size.Bounds, new EncodingClass(RfbEncoding.Tight, PixelFormat.Bgrx, 5), output);
        byte[] payload = output.Written.ToArray();
        payload[7] = 63;

        Assert.Throws<ProtocolException>(() => Wire.Decode(decoders, decoded, payload));
        Assert.Equal(-1, decoded.Pixels.IndexOfAnyExcept((byte)0));
    }

    /// <summary>A progressive picture would make the library keep all of its coefficients, in memory that no quota sees.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(Progressive)]
    public unsafe void Decode_PictureInSeveralScans_IsRefused(int flags)
    {
        using Canvas canvas = new(Pool, Account, new Size(200, 120));
        canvas.Draw(canvas.Size.Bounds, Picture.Photo, new Random(2));
        byte[] jpeg = new byte[(int)TurboJpeg.BufferSize(canvas.Size.Width, canvas.Size.Height, 0).Value];
        CULong size = new((nuint)jpeg.Length);
        using (TurboJpegHandle handle = TurboJpegHandle.ForCompression())
        fixed (byte* pixels = canvas.Pixels)
        fixed (byte* target = jpeg)
        {
            byte* output = target;
            Assert.Equal(0, TurboJpeg.Compress(
                handle, pixels, canvas.Size.Width, canvas.Stride, canvas.Size.Height, TurboJpeg.PixelFormatBgrx, &output, &size, 0, 75, flags | TurboJpeg.NoRealloc));
        }

        int length = (int)size.Value;
        using JpegDecoder decoder = new();
        Exception? refused = Record.Exception(() => decoder.Decode(jpeg.AsSpan(0, length), canvas, canvas.Size.Bounds));
        Assert.Equal(flags == Progressive, refused is ProtocolException);
    }

    [Fact]
    public void Encode_16Bits_KeepsToAreasThatOldClientsCanHold()
    {
        using RectEncoders encoders = new(Pool, Account);
        using PayloadWriter output = new(Pool, BufferTag.Test, Account);
        using Canvas canvas = new(Pool, Account, new Size(640, 240));
        canvas.Draw(canvas.Size.Bounds, Picture.Photo, new Random(2));

        EncodeResult result = encoders.Encode(canvas, canvas.Size.Bounds, new EncodingClass(RfbEncoding.Tight, Formats.Rgb565, 5), output);

        Assert.Equal(new EncodeResult(3, true), result);
    }

    [Fact]
    public void Encode_SmallFormat_NeverUsesJpeg()
    {
        using RectEncoders encoders = new(Pool, Account);
        using PayloadWriter output = new(Pool, BufferTag.Test, Account);
        using Canvas canvas = new(Pool, Account, new Size(64, 64));
        canvas.Draw(canvas.Size.Bounds, Picture.Noise, new Random(2));
        PixelFormat small = new(8, 8, false, true, 7, 7, 3, 0, 3, 6);

        Assert.False(encoders.Encode(canvas, canvas.Size.Bounds, new EncodingClass(RfbEncoding.Tight, small, 5), output).IsLossy);
    }

    /// <summary>Mean difference of a channel, and the largest padding byte of the second picture.</summary>
    private static (double Mean, int Padding) Difference(Canvas one, Canvas other)
    {
        long sum = 0;
        int padding = 0;
        for (int i = 0; i < one.Pixels.Length; i++)
        {
            sum += Math.Abs(one.Pixels[i] - other.Pixels[i]);
            padding = i % 4 == 3 ? Math.Max(padding, other.Pixels[i]) : padding;
        }

        return (sum / (one.Pixels.Length * 0.75), padding);
    }
}
