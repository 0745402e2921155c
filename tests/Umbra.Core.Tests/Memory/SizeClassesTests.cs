using Umbra.Core.Memory;

namespace Umbra.Core.Tests.Memory;

public sealed class SizeClassesTests
{
    [Theory]
    [InlineData(0, 256)]
    [InlineData(256, 256)]
    [InlineData(257, 512)]
    [InlineData(1 << 20, 1 << 20)]
    [InlineData((1 << 20) + 1, 5 << 18)]
    [InlineData(5 << 18, 5 << 18)]
    [InlineData((5 << 18) + 1, 6 << 18)]
    [InlineData(1920 * 1080 * 4, 8 << 20)]
    [InlineData((8 << 20) + 1, 10 << 20)]
    [InlineData(16 << 20, 16 << 20)]
    public void Of_Size_IsTheSmallestThatHoldsIt(int size, int bytes) => Assert.Equal(bytes, SizeClasses.BytesOf(SizeClasses.Of(size)));

    [Fact]
    public void Of_LargerThanAll_IsNone()
    {
        Assert.Equal(SizeClasses.None, SizeClasses.Of((16 << 20) + 1));
        Assert.Equal(SizeClasses.None, SizeClasses.Of(int.MaxValue));
    }

    [Fact]
    public void BytesOf_EachClass_GrowsAndAboveAMegabyteByAQuarterAtMost()
    {
        for (int i = 1; i < SizeClasses.Count; i++)
        {
            int below = SizeClasses.BytesOf(i - 1);
            int bytes = SizeClasses.BytesOf(i);
            Assert.InRange(bytes, below + 1, i < SizeClasses.CoarseCount ? below * 2 : below * 5 / 4);
            Assert.Equal((i, i), (SizeClasses.Of(bytes), SizeClasses.Of(below + 1)));
            Assert.Equal(0, bytes % Holding.Unit);
        }

        Assert.Equal(16 << 20, SizeClasses.BytesOf(SizeClasses.Count - 1));
    }

    [Fact]
    public void BlocksIn_EachClass_NoSlabIsSmallOrHuge()
    {
        for (int i = 0; i < SizeClasses.CoarseCount; i++)
        {
            Assert.InRange(SizeClasses.BlocksIn(i) * (long)SizeClasses.BytesOf(i), 64 << 10, 1 << 20);
        }

        Assert.Equal(1, SizeClasses.BlocksIn(SizeClasses.CoarseCount));
    }
}
