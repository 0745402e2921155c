using Umbra.Transports.Spx;

namespace Umbra.Transports.Tests.Spx;

public sealed class SpxHeaderTests
{
    [Theory]
    [InlineData("C0001234FFFF000000000007", true, true)]
    [InlineData("500112345678000000000007", false, false)]
    [InlineData("40FE12345678000100000007", false, false)]
    [InlineData("8000567812340000FFFF3FFF", true, false)]
    public void TryRead_Header_IsWrittenTheSame(string hex, bool isSystem, bool isRequest)
    {
        byte[] bytes = Convert.FromHexString(hex);
        Assert.True(SpxHeader.TryRead(bytes, out SpxHeader header));
        Assert.Equal(isSystem, header.IsSystem);
        Assert.Equal(isRequest, header.IsConnectRequest);
        byte[] written = new byte[SpxHeader.Bytes];
        header.Write(written);
        Assert.Equal(hex, Convert.ToHexString(written));
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.False(SpxHeader.TryRead(bytes.AsSpan(0, length), out _));
        }
    }

    [Theory]
    [InlineData("C000FFFFFFFF000000000007")]
    [InlineData("C0000000FFFF000000000007")]
    [InlineData("80001234FFFF000000000007")]
    [InlineData("C00012345678000000000007")]
    public void IsConnectRequest_OfOthers_No(string hex)
    {
        Assert.True(SpxHeader.TryRead(Convert.FromHexString(hex), out SpxHeader header));
        Assert.False(header.IsConnectRequest);
    }

    [Theory]
    [InlineData(5, 5, 5)]
    [InlineData(0, 0xFFFF, 0x1_0000)]
    [InlineData(0xFFFF, 0x1_0000, 0xFFFF)]
    [InlineData(0xFFFF, 0, -1)]
    [InlineData(3, 0x7_FFFE, 0x8_0003)]
    public void Unwrap_Wire_IsTheNearest(int wire, long near, long expected) => Assert.Equal(expected, SpxSequence.Unwrap((ushort)wire, near));
}
