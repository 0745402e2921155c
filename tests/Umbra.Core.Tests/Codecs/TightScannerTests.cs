using Umbra.Core.Codecs;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Testing;
using Size = Umbra.Core.Surfaces.Size;

namespace Umbra.Core.Tests.Codecs;

public sealed class TightScannerTests : PoolTest
{
    private static readonly Size Whole = new(300, 200);

    public static TheoryData<Picture, int> Cases() => new(
        from picture in Pictures.All
        from quality in (int[])[-1, 6]
        select new TheoryDataRow<Picture, int>(picture, quality));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Scan_OfWhatTheEncoderWrites_FindsEveryRectangleAndNoMoreBytes(Picture picture, int quality)
    {
        Rect[] damage = [new(0, 0, 300, 120), new(7, 130, 3, 2), new(40, 130, 64, 64), new(200, 150, 1, 1)];
        (byte[] bytes, int count) = Encode(picture, quality, damage);
        using TightScanner scanner = new();
        List<Rect> found = [];

        scanner.Scan(bytes, count, Whole, found);

        Assert.Equal(count, found.Count);
        Assert.Equal(damage.Sum(rect => rect.Area), found.Sum(rect => rect.Area));
        using RectDecoders decoders = new(Pool, Account, PixelFormat.Bgrx);
        using Canvas canvas = new(Pool, Account, Whole);
        Assert.Equal(count, Wire.Decode(decoders, canvas, bytes));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Scan_CutOffOrTooMuchOrTooFew_IsTheSendersFault(Picture picture, int quality)
    {
        (byte[] bytes, int count) = Encode(picture, quality, new Rect(3, 4, 70, 50));
        using TightScanner scanner = new();
        for (int length = 0; length < bytes.Length; length += Math.Max(1, bytes.Length / 500))
        {
            Assert.Throws<ProtocolException>(() => scanner.Scan(bytes.AsSpan(0, length), count, Whole, []));
        }

        Assert.Throws<ProtocolException>(() => scanner.Scan([.. bytes, 0], count, Whole, []));
        Assert.Throws<ProtocolException>(() => scanner.Scan(bytes, count + 1, Whole, []));
        Assert.Throws<ProtocolException>(() => scanner.Scan(bytes, count - 1, Whole, []));
        Assert.Throws<ProtocolException>(() => scanner.Scan(bytes, count, new Size(72, 54), []));
    }

    [Fact]
    public void Scan_DamagedBytes_OnlyEverSaysSo()
    {
        Random random = new(11);
        using TightScanner scanner = new();
        for (int i = 0; i < 3000; i++)
        {
            (byte[] bytes, int count) = Encode(Pictures.All[i % Pictures.All.Length], (i % 2 * 7) - 1, new Rect(3, 4, 33, 21));
            for (int flips = random.Next(1, 6); flips > 0; flips--)
            {
                bytes[random.Next(Math.Min(bytes.Length, 300))] = (byte)random.Next(256);
            }

            try
            {
                scanner.Scan(bytes, count, Whole, []);
            }
            catch (ProtocolException)
            {
            }
        }
    }

    private (byte[] Bytes, int Count) Encode(Picture picture, int quality, params Rect[] damage)
    {
        using RectEncoders encoders = new(Pool, Account);
        using PayloadWriter output = new(Pool, BufferTag.Test, Account);
        using Canvas canvas = new(Pool, Account, Whole);
        canvas.Draw(Whole.Bounds, picture, new Random(3));
        EncodeResult result = default;
        foreach (Rect rect in damage)
        {
            result += encoders.Encode(canvas, rect, new EncodingClass(RfbEncoding.Tight, PixelFormat.Bgrx, quality), output);
        }

        return (output.Written.ToArray(), result.RectCount);
    }
}
