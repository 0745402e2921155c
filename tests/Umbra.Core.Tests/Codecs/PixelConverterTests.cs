using Umbra.Core.Codecs;
using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;
using Umbra.Testing;

namespace Umbra.Core.Tests.Codecs;

public sealed class PixelConverterTests : PoolTest
{
    public static TheoryData<int, PixelPacking> Cases() => new(
        from format in Enumerable.Range(0, Formats.All.Length)
        from packing in Enum.GetValues<PixelPacking>()
        select new TheoryDataRow<int, PixelPacking>(format, packing));

    [Theory]
    [MemberData(nameof(Cases))]
    public void ToWireAndBack_AnyWidth_IsThePixelQuantised(int formatIndex, PixelPacking packing)
    {
        PixelFormat format = Formats.All[formatIndex];
        Assert.True(format.IsValid);
        PixelConverter converter = PixelConverter.Create(format, packing);
        Random random = new(7);
        for (int width = 1; width < 70; width++)
        {
            using Canvas canvas = new(Pool, Account, new Size(width, 1));
            using Canvas back = new(Pool, Account, new Size(width, 1));
            canvas.Draw(canvas.Size.Bounds, Picture.Noise, random);
            byte[] wire = new byte[(width * converter.BytesPerPixel) + 1];
            wire[^1] = 0xA5;
            converter.ToWire(canvas.Pixels, wire.AsSpan());
            Assert.Equal(0xA5, wire[^1]);
            converter.FromWire(wire.AsSpan(0, wire.Length - 1), back.Pixels);

            Formats.Quantise(canvas, canvas.Size.Bounds, format);
            Wire.AssertSame(canvas, back);
        }
    }

    [Theory]
    [InlineData(0, "563412")]
    [InlineData(1, "123456")]
    [InlineData(4, "563412")]
    [InlineData(5, "563412")]
    [InlineData(6, "56341200")]
    public void ToWire_Compact_LeavesOutTheUnusedByte(int formatIndex, string expected)
    {
        PixelConverter converter = PixelConverter.Create(Formats.All[formatIndex], PixelPacking.Compact);
        byte[] wire = new byte[converter.BytesPerPixel];
        converter.ToWire([0x56, 0x34, 0x12, 0x00], wire);

        Assert.Equal(expected, Convert.ToHexString(wire));
    }

    [Fact]
    public void ToWire_Tight_IsRedGreenBlueWhateverTheShifts()
    {
        foreach (PixelFormat format in Formats.All.Where(f => f.HasTightPixel))
        {
            byte[] wire = new byte[3];
            PixelConverter.Create(format, PixelPacking.Tight).ToWire([3, 2, 1, 0], wire);
            Assert.Equal([1, 2, 3], wire);
        }
    }

    [Fact]
    public void ToWire_565_PutsTheHighBitsInPlace()
    {
        byte[] wire = new byte[2];
        PixelConverter.Create(Formats.Rgb565).ToWire([0b10101_111, 0b110011_11, 0b11110_111, 0], wire);
        Assert.Equal(0b11110_110011_10101, BitConverter.ToUInt16(wire));

        PixelConverter.Create(Formats.Rgb565 with { BigEndian = true }).ToWire([0b10101_111, 0b110011_11, 0b11110_111, 0], wire);
        Assert.Equal([0b11110_110, 0b011_10101], wire);
    }

    [Fact]
    public void ColourMap_Entry_IsTheColourOfThePixelValue()
    {
        PixelConverter converter = PixelConverter.Create(Formats.All[^1]);
        Span<byte> bgrx = stackalloc byte[4];
        for (int i = 0; i < ColourMap.Count; i++)
        {
            converter.FromWire([(byte)i], bgrx);
            (ushort red, ushort green, ushort blue) = ColourMap.Entry(i);
            Assert.InRange(Math.Abs((red / 257.0) - bgrx[2]), 0, 1);
            Assert.InRange(Math.Abs((green / 257.0) - bgrx[1]), 0, 1);
            Assert.InRange(Math.Abs((blue / 257.0) - bgrx[0]), 0, 1);
        }
    }

    [Fact]
    public void FromWire_PaddingOfThePeer_IsCleared()
    {
        Span<byte> bgrx = stackalloc byte[36];
        byte[] wire = new byte[36];
        Array.Fill(wire, (byte)0xFF);
        foreach (PixelFormat format in Formats.All.Where(f => f.BitsPerPixel == 32))
        {
            PixelConverter.Create(format).FromWire(wire, bgrx);
            for (int i = 0; i < bgrx.Length; i += 4)
            {
                Assert.Equal("FFFFFF00", Convert.ToHexString(bgrx.Slice(i, 4)));
            }
        }
    }
}
