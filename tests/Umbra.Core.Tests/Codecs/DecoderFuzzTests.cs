using System.Buffers;
using System.Diagnostics;
using Umbra.Core.Codecs;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Testing;

namespace Umbra.Core.Tests.Codecs;

/// <summary>Whatever a server sends: only ProtocolException, nothing drawn outside the rectangle, memory within limits.</summary>
public sealed class DecoderFuzzTests : PoolTest
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(1);
    private static readonly Size Screen = new(180, 150);
    private static readonly Rect Area = new(20, 15, 140, 120);
    private const uint Outside = 0x00ABCDEF;

    public static TheoryData<RfbEncoding, int> Cases() => new(
        from encoding in new[] { RfbEncoding.Raw, RfbEncoding.CopyRect, RfbEncoding.Hextile, RfbEncoding.Zrle, RfbEncoding.Tight }
        from format in new[] { 0, 11 }
        select new TheoryDataRow<RfbEncoding, int>(encoding, format));

    [Theory]
    [MemberData(nameof(Cases))]
    public void TryDecode_MutatedPayloads_OnlyProtocolExceptionsEscape(RfbEncoding encoding, int formatIndex)
    {
        PixelFormat format = Formats.All[formatIndex];
        Random random = new(99);
        List<byte[]> seeds = Seeds(encoding, format);
        Stopwatch watch = Stopwatch.StartNew();
        using Canvas canvas = new(Pool, Account, Screen);
        int refused = 0;
        for (int i = 0; i < 20_000 && watch.Elapsed < Budget; i++)
        {
            byte[] body = Mutate(seeds[random.Next(seeds.Count)], random);
            canvas.Fill(canvas.Size.Bounds, Outside);
            using RectDecoders decoders = new(Pool, Account, format);
            refused += Feed(decoders, canvas, encoding, body, random) ? 0 : 1;
            AssertFrameUntouched(canvas);
        }

        Assert.True(refused > 0 || encoding == RfbEncoding.Raw);
    }

    [Theory]
    [InlineData(RfbEncoding.Zrle)]
    [InlineData(RfbEncoding.Tight)]
    public void TryDecode_AnnouncedLength_CostsOnlyWhatArrives(RfbEncoding encoding)
    {
        using Canvas canvas = new(Pool, Account, new Size(2000, 2000));
        using RectDecoders decoders = new(Pool, Account, PixelFormat.Bgrx);
        decoders.Begin(encoding, canvas, canvas.Size.Bounds);
        long before = Account.Bytes;
        byte[] head = encoding == RfbEncoding.Zrle ? [0x01, 0x00, 0x00, 0x00, 0x78] : [0x01, 0xFF, 0xFF, 0xFF, 0x78];
        SequenceReader<byte> reader = new(new ReadOnlySequence<byte>(head));

        Assert.False(decoders.TryDecode(ref reader));
        Assert.True(reader.End);
        Assert.InRange(Account.Bytes - before, 1, 200_000);
    }

    [Fact]
    public void TryDecode_ZrleLengthBeyondReason_IsRefusedBeforeMemoryIsTaken()
    {
        using Canvas canvas = new(Pool, Account, new Size(100, 100));
        using RectDecoders decoders = new(Pool, Account, PixelFormat.Bgrx);
        foreach (byte[] length in new byte[][] { [0xFF, 0xFF, 0xFF, 0xFF], [0x7F, 0xFF, 0xFF, 0xFF], [0, 1, 0, 0] })
        {
            decoders.Begin(RfbEncoding.Zrle, canvas, canvas.Size.Bounds);
            Assert.Throws<ProtocolException>(() =>
            {
                decoders.Begin(RfbEncoding.Zrle, canvas, new Rect(0, 0, 64, 64));
                SequenceReader<byte> reader = new(new ReadOnlySequence<byte>(length));
                return decoders.TryDecode(ref reader);
            });
        }
    }

    [Fact]
    public void Begin_OutsideThePictureOrUnknown_IsRefused()
    {
        using Canvas canvas = new(Pool, Account, new Size(100, 100));
        using RectDecoders decoders = new(Pool, Account, PixelFormat.Bgrx);
        Assert.Throws<ProtocolException>(() => decoders.Begin(RfbEncoding.Raw, canvas, new Rect(1, 0, 100, 1)));
        Assert.Throws<ProtocolException>(() => decoders.Begin(RfbEncoding.Tight, canvas, new Rect(0, 65535, 1, 1)));
        Assert.Throws<ProtocolException>(() => decoders.Begin((RfbEncoding)6, canvas, new Rect(0, 0, 1, 1)));
        Assert.Throws<ProtocolException>(() => decoders.Begin(RfbEncoding.Cursor, canvas, new Rect(0, 0, 1, 1)));
    }

    /// <summary>Several rectangles on one connection, in random pieces; false when it was refused.</summary>
    private static bool Feed(RectDecoders decoders, Canvas canvas, RfbEncoding encoding, byte[] body, Random random)
    {
        try
        {
            ReadOnlySequence<byte> rest = new(body);
            for (int rect = 0; rect < 3; rect++)
            {
                decoders.Begin(encoding, canvas, Area);
                int arrived = 0;
                bool complete = false;
                while (!complete && arrived < rest.Length)
                {
                    arrived = (int)Math.Min(rest.Length, arrived + 1 + random.Next(body.Length));
                    SequenceReader<byte> reader = new(rest.Slice(0, arrived));
                    complete = decoders.TryDecode(ref reader);
                    rest = rest.Slice(reader.Consumed);
                    arrived -= (int)reader.Consumed;
                }
            }

            return true;
        }
        catch (ProtocolException)
        {
            return false;
        }
    }

    private static void AssertFrameUntouched(Canvas canvas)
    {
        for (int y = 0; y < Screen.Height; y++)
        {
            bool inside = y >= Area.Y && y < Area.Bottom;
            Assert.False(canvas.PixelRow(0, y, inside ? Area.X : Screen.Width).ContainsAnyExcept(Outside));
            Assert.False(canvas.PixelRow(Area.Right, y, Screen.Width - Area.Right).ContainsAnyExcept(Outside));
        }
    }

    /// <summary>A few bytes changed, cut off, doubled or taken out; now and then all new.</summary>
    private static byte[] Mutate(byte[] seed, Random random)
    {
        if (random.Next(20) == 0)
        {
            byte[] fresh = new byte[1 + random.Next(300)];
            random.NextBytes(fresh);
            return fresh;
        }

        List<byte> bytes = [.. seed];
        for (int i = random.Next(5); i >= 0 && bytes.Count > 1; i--)
        {
            int at = random.Next(4) == 0 ? random.Next(bytes.Count) : random.Next(Math.Min(24, bytes.Count));
            switch (random.Next(6))
            {
                case 0:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, 1 + random.Next(8)));
                    break;
                case 1:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                case 2:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 3:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                default:
                    bytes[at] = (byte)random.Next(256);
                    break;
            }
        }

        return bytes.Count == 0 ? [0] : [.. bytes];
    }

    private List<byte[]> Seeds(RfbEncoding encoding, PixelFormat format)
    {
        if (encoding == RfbEncoding.CopyRect)
        {
            return [[0, 1, 0, 2, 0, 30, 0, 20]];
        }

        using RectEncoders encoders = new(Pool, Account);
        using PayloadWriter output = new(Pool, BufferTag.Test, Account);
        using Canvas canvas = new(Pool, Account, Screen);
        List<byte[]> seeds = [];
        foreach (Picture picture in Pictures.All)
        {
            // For Tight only pictures of one kind make one rectangle of the right size.
            canvas.Draw(canvas.Size.Bounds, picture, new Random(3));
            foreach (int quality in encoding == RfbEncoding.Tight ? new[] { -1, 4 } : [-1])
            {
                output.Clear();
                encoders.Encode(canvas, Area, new EncodingClass(encoding, format, quality), output);
                byte[] body = Wire.AsFirst(output.Written)[RectHeader.WireSize..];
                seeds.Add(body);
                if (encoding == RfbEncoding.Tight && (body[0] & 0xC0) == 0)
                {
                    // The same data as if the gradient filter had made them.
                    seeds.Add([(byte)(body[0] | 0x40), 2, .. body[1..]]);
                }
            }
        }

        return seeds;
    }
}
