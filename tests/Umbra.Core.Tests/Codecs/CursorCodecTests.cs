using System.Buffers;
using Umbra.Core.Codecs;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Testing;

namespace Umbra.Core.Tests.Codecs;

public sealed class CursorCodecTests : PoolTest
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(8, 3)]
    [InlineData(21, 17)]
    [InlineData(256, 256)]
    public void DecodeWithAlpha_OfEncode_IsTheShape(int width, int height)
    {
        using CursorShape shape = Shape(width, height, new Random(1));
        using PayloadWriter output = new(Pool, BufferTag.Test, Account);
        CursorEncoder.WriteCursorWithAlpha(output, shape);
        byte[] payload = output.Written.ToArray();
        foreach (int cut in Cuts(payload.Length))
        {
            using CursorShape decoded = Decode(payload, cut, PixelFormat.Bgrx);
            AssertSame(shape, decoded, shape.Pixels is null ? default : shape.Pixels.Span);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(18)]
    public void DecodeMasked_OfEncode_IsTheShapeWithoutHalfTones(int formatIndex)
    {
        PixelFormat format = Formats.All[formatIndex];
        PixelConverter converter = PixelConverter.Create(format);
        foreach (Size size in new Size[] { new(0, 0), new(1, 1), new(9, 4), new(16, 16), new(31, 33) })
        {
            using CursorShape shape = Shape(size.Width, size.Height, new Random(1));
            using PayloadWriter output = new(Pool, BufferTag.Test, Account);
            CursorEncoder.WriteCursor(output, shape, converter);
            byte[] payload = output.Written.ToArray();
            byte[] expected = shape.Pixels is null ? [] : shape.Pixels.Span.ToArray();
            for (int i = 0; i < expected.Length; i += 4)
            {
                Span<byte> pixel = expected.AsSpan(i, 4);
                byte alpha = pixel[3];
                for (int c = 0; c < 3; c++)
                {
                    double plain = Math.Round(pixel[c] * 255.0 / alpha, MidpointRounding.AwayFromZero);
                    pixel[c] = alpha < 128 ? (byte)0 : (byte)Math.Min(255, plain);
                }

                byte[] wire = new byte[4];
                pixel[3] = 0;
                converter.ToWire(pixel, wire);
                converter.FromWire(wire, pixel);
                if (alpha < 128)
                {
                    pixel.Clear();
                }
                else
                {
                    pixel[3] = 255;
                }
            }

            foreach (int cut in Cuts(payload.Length))
            {
                using CursorShape decoded = Decode(payload, cut, format);
                AssertSame(shape, decoded, expected);
            }
        }
    }

    [Fact]
    public void WriteCursor_KnownShape_IsTheBytesOfTheSpecification()
    {
        Lease pixels = Pool.Rent(8, BufferTag.Cursor, Account);
        new byte[] { 0x33, 0x22, 0x11, 0xFF, 0, 0, 0, 0 }.CopyTo(pixels.Span);
        using CursorShape shape = new(2, 1, 1, 0, pixels.Share());
        using PayloadWriter output = new(Pool, BufferTag.Test, Account);

        CursorEncoder.WriteCursor(output, shape, PixelConverter.Create(PixelFormat.Bgrx));
        Assert.Equal("0001000000020001FFFFFF11" + "3322110000000000" + "80", Convert.ToHexString(output.Written));

        output.Clear();
        CursorEncoder.WriteCursorWithAlpha(output, shape);
        Assert.Equal("0001000000020001FFFFFEC6" + "00000000" + "112233FF00000000", Convert.ToHexString(output.Written));
    }

    [Fact]
    public void Begin_TooLarge_IsRefusedBeforeMemoryIsTaken()
    {
        using CursorDecoder decoder = new(Pool, Account, PixelFormat.Bgrx);
        Assert.Throws<ProtocolException>(() => decoder.Begin(RfbEncoding.Cursor, new Rect(0, 0, 257, 1)));
        Assert.Throws<ProtocolException>(() => decoder.Begin(RfbEncoding.CursorWithAlpha, new Rect(0, 0, 1, 65535)));
        Assert.Equal(0, Account.Blocks);
    }

    [Fact]
    public void TryDecode_UnknownEncodingInside_IsRefused()
    {
        using CursorDecoder decoder = new(Pool, Account, PixelFormat.Bgrx);
        decoder.Begin(RfbEncoding.CursorWithAlpha, new Rect(0, 0, 1, 1));
        Assert.Throws<ProtocolException>(() =>
        {
            SequenceReader<byte> reader = new(new ReadOnlySequence<byte>([0, 0, 0, 5, 0, 0, 0, 0]));
            return decoder.TryDecode(ref reader, out _);
        });
    }

    private static IEnumerable<int> Cuts(int length) =>
        length < 4000 ? Enumerable.Range(RectHeader.WireSize, length - RectHeader.WireSize + 1) : [20, length / 2, length];

    /// <summary>Decodes with the first bytes arriving up to the cut.</summary>
    private CursorShape Decode(byte[] payload, int cut, PixelFormat format)
    {
        using CursorDecoder decoder = new(Pool, Account, format);
        SequenceReader<byte> reader = new(new ReadOnlySequence<byte>(payload, 0, cut));
        Assert.True(RectHeader.TryRead(ref reader, out RectHeader header));
        decoder.Begin(header.Encoding, header.Rect);
        if (!decoder.TryDecode(ref reader, out CursorShape? shape))
        {
            Assert.NotEqual(cut, payload.Length);
            reader = new SequenceReader<byte>(new ReadOnlySequence<byte>(payload).Slice(reader.Consumed));
            Assert.True(decoder.TryDecode(ref reader, out shape));
        }

        Assert.True(cut == payload.Length || reader.End || shape!.Width == 0);
        return shape!;
    }

    private static void AssertSame(CursorShape expected, CursorShape actual, ReadOnlySpan<byte> pixels)
    {
        Assert.Equal(
            (expected.Width, expected.Height, expected.HotX, expected.HotY),
            (actual.Width, actual.Height, actual.HotX, actual.HotY));
        Assert.Equal(Convert.ToHexString(pixels), actual.Pixels is null ? "" : Convert.ToHexString(actual.Pixels.Span));
    }

    /// <summary>Random colours multiplied with random alpha, mostly 0 and 255.</summary>
    private CursorShape Shape(int width, int height, Random random)
    {
        if (width == 0)
        {
            return new CursorShape(0, 0, 0, 0, null);
        }

        Lease pixels = Pool.Rent(width * height * 4, BufferTag.Cursor, Account);
        for (int i = 0; i < pixels.Length; i += 4)
        {
            byte alpha = random.Next(3) switch { 0 => 0, 1 => 255, _ => (byte)random.Next(256) };
            for (int c = 0; c < 3; c++)
            {
                pixels.Span[i + c] = (byte)random.Next(alpha + 1);
            }

            pixels.Span[i + 3] = alpha;
        }

        return new CursorShape(width, height, random.Next(width), random.Next(height), pixels.Share());
    }
}
