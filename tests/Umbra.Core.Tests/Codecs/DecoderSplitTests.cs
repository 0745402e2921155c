using System.Buffers;
using Umbra.Core.Codecs;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Testing;

namespace Umbra.Core.Tests.Codecs;

public sealed class DecoderSplitTests : PoolTest
{
    private static readonly Size Small = new(23, 19);

    public static TheoryData<RfbEncoding, Picture, int, int> Cases() => new(
        from encoding in new[] { RfbEncoding.Raw, RfbEncoding.Hextile, RfbEncoding.Zrle, RfbEncoding.Tight }
        from picture in Pictures.All
        from format in new[] { 0, 1, 11, 15 }
        from quality in encoding == RfbEncoding.Tight && picture == Picture.Photo && JpegCodec.IsAvailable ? new[] { -1, 6 } : [-1]
        select new TheoryDataRow<RfbEncoding, Picture, int, int>(encoding, picture, format, quality));

    [Theory]
    [MemberData(nameof(Cases))]
    public void TryDecode_CutAnywhere_GivesTheSamePicture(RfbEncoding encoding, Picture picture, int formatIndex, int quality)
    {
        // JPEG is not used for less than 1024 pixels.
        Size size = quality < 0 ? Small : new Size(40, 33);
        PixelFormat format = Formats.All[formatIndex];
        byte[] payload = Encode(size, picture, new EncodingClass(encoding, format, quality));
        using Canvas expected = new(Pool, Account, size);
        using (RectDecoders decoders = new(Pool, Account, format))
        {
            Wire.Decode(decoders, expected, payload);
        }

        for (int cut = 0; cut <= payload.Length; cut++)
        {
            using Canvas canvas = new(Pool, Account, size);
            using RectDecoders decoders = new(Pool, Account, format);
            Wire.Decode(decoders, canvas, Wire.Cut(payload, cut));
            Wire.AssertSame(expected, canvas);

            canvas.Fill(canvas.Size.Bounds, 0);
            using RectDecoders late = new(Pool, Account, format);
            Assert.True(DecodeInParts(late, canvas, payload, [cut, payload.Length]));
            Wire.AssertSame(expected, canvas);

            using RectDecoders never = new(Pool, Account, format);
            Assert.Equal(cut == payload.Length, DecodeInParts(never, canvas, payload, [cut]));
        }

        using RectDecoders byByte = new(Pool, Account, format);
        using Canvas slow = new(Pool, Account, size);
        Assert.True(DecodeInParts(byByte, slow, payload, [.. Enumerable.Range(0, payload.Length + 1)]));
        Wire.AssertSame(expected, slow);
    }

    /// <summary>
    /// As a connection reads: what was consumed is gone, the buffers are others each time. False when a rectangle is incomplete at the
    /// end.
    /// </summary>
    private static bool DecodeInParts(RectDecoders decoders, Canvas canvas, byte[] payload, int[] arrivals)
    {
        int consumed = 0;
        bool inRect = false;
        foreach (int arrived in arrivals)
        {
            byte[] part = payload[consumed..arrived];
            SequenceReader<byte> reader = new(new ReadOnlySequence<byte>(part));
            while (true)
            {
                if (!inRect)
                {
                    if (!RectHeader.TryRead(ref reader, out RectHeader header))
                    {
                        break;
                    }

                    decoders.Begin(header.Encoding, canvas, header.Rect);
                    inRect = true;
                }

                if (!decoders.TryDecode(ref reader))
                {
                    break;
                }

                inRect = false;
            }

            consumed += (int)reader.Consumed;
            Array.Fill(part, (byte)0xCC);
        }

        return !inRect && consumed == payload.Length;
    }

    private byte[] Encode(Size size, Picture picture, EncodingClass encodingClass)
    {
        using RectEncoders encoders = new(Pool, Account);
        using PayloadWriter output = new(Pool, BufferTag.Test, Account);
        using Canvas canvas = new(Pool, Account, size);
        canvas.Draw(canvas.Size.Bounds, picture, new Random(11));
        encoders.Encode(canvas, new Rect(1, 1, size.Width - 2, size.Height - 1), encodingClass, output);
        return Wire.AsFirst(output.Written);
    }
}
