using CsCheck;
using Umbra.Configuration;

namespace Umbra.Tests.Configuration;

public sealed class UnitsTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("65536", 65536)]
    [InlineData("512MiB", 512L << 20)]
    [InlineData("512 mib", 512L << 20)]
    [InlineData("2G", 2L << 30)]
    [InlineData("1GB", 1_000_000_000)]
    [InlineData("3B", 3)]
    [InlineData("1T", 1L << 40)]
    public void ByteSize_Valid_IsRead(string text, long bytes)
    {
        Assert.True(ByteSize.TryParse(text, out long value));
        Assert.Equal(bytes, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("G")]
    [InlineData("-1")]
    [InlineData("1.5G")]
    [InlineData("1X")]
    [InlineData("1BB")]
    [InlineData("1iB")]
    [InlineData("1i")]
    [InlineData("9999999T")]
    [InlineData("99999999999999999999")]
    public void ByteSize_Invalid_IsRefused(string text) => Assert.False(ByteSize.TryParse(text, out _));

    [Theory]
    [InlineData("250ms", 250)]
    [InlineData("30s", 30_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("7d", 604_800_000)]
    public void Duration_Valid_IsRead(string text, long milliseconds)
    {
        Assert.True(Duration.TryParse(text, out TimeSpan value));
        Assert.Equal(milliseconds, value.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("5 s")]
    [InlineData("-5s")]
    [InlineData("5s3")]
    [InlineData("999999999d")]
    [InlineData("99999999999s")]
    public void Duration_Invalid_IsRefused(string text) => Assert.False(Duration.TryParse(text, out _));

    [Fact]
    public void Duration_Format_ReadsBack() => Gen.Long[0, 1L << 40].Sample(milliseconds =>
    {
        TimeSpan time = TimeSpan.FromMilliseconds(milliseconds);
        return Duration.TryParse(Duration.Format(time), out TimeSpan read) && read == time;
    });

    [Fact]
    public void Units_AnyText_NeverThrow() =>
        Gen.String.Sample(text => ByteSize.TryParse(text, out _) | Duration.TryParse(text, out _) | true);
}
