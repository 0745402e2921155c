using System.Text;
using Umbra.Transports.NetBios;

namespace Umbra.Transports.Tests.NetBios;

public sealed class NetBiosNameTests
{
    [Theory]
    [InlineData("UMBRA01", "UMBRA01#20")]
    [InlineData("umbra01#20", "UMBRA01#20")]
    [InlineData("a#1e", "A#1E")]
    [InlineData("FIFTEEN-LETTERS#00", "FIFTEEN-LETTERS#00")]
    [InlineData("X_.$!~9", "X_.$!~9#20")]
    public void TryParse_Name_ReadsBackUpperCaseWithItsSuffix(string text, string expected)
    {
        Assert.True(NetBiosName.TryParse(text, out NetBiosName name, out _));

        Assert.Equal(expected, name.ToString());
        Assert.True(NetBiosName.TryParse(name.ToString(), out NetBiosName again, out _));
        Assert.Equal(name, again);
    }

    [Theory]
    [InlineData("", "1 to 15")]
    [InlineData("#20", "1 to 15")]
    [InlineData("SIXTEEN-LETTERS-", "1 to 15")]
    [InlineData("TWO WORDS", "letters")]
    [InlineData("*", "letters")]
    [InlineData("ÄRGER", "letters")]
    [InlineData("A.B/C", "letters")]
    [InlineData("A#", "suffix")]
    [InlineData("A#2", "suffix")]
    [InlineData("A#200", "suffix")]
    [InlineData("A#xy", "suffix")]
    [InlineData("A##2", "suffix")]
    [InlineData("A#+2", "suffix")]
    public void TryParse_NoName_SaysWhatIsWrong(string text, string expected)
    {
        Assert.False(NetBiosName.TryParse(text, out _, out string? error));

        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_KnownName_IsWhatOthersSend()
    {
        byte[] encoded = new byte[NetBiosName.EncodedBytes];

        Parse("UMBRA01").Encode(encoded);

        Assert.Equal("20" + "4646454e45434643454244414442434143414341434143414341434143414341" + "00", Convert.ToHexStringLower(encoded));
        Assert.True(NetBiosName.TryDecode(encoded, out NetBiosName name));
        Assert.Equal(Parse("UMBRA01#20"), name);
    }

    [Fact]
    public void Encode_Any_IsAnAsteriskAndZeros()
    {
        byte[] encoded = new byte[NetBiosName.EncodedBytes];

        NetBiosName.Any.Encode(encoded);

        Assert.Equal(" CK" + new string('A', 30) + "\0", Encoding.ASCII.GetString(encoded));
    }

    [Fact]
    public void TryDecode_AnyOtherByte_IsRefusedOrADifferentName()
    {
        byte[] encoded = new byte[NetBiosName.EncodedBytes];
        Parse("UMBRA01").Encode(encoded);
        for (int at = 0; at < encoded.Length; at++)
        {
            for (int value = 0; value <= byte.MaxValue; value++)
            {
                byte[] changed = [.. encoded];
                changed[at] = (byte)value;
                bool isRead = NetBiosName.TryDecode(changed, out NetBiosName name);

                bool isLetter = value is >= 'A' and <= 'P' && at is > 0 and < 33;
                Assert.Equal(isLetter || value == encoded[at], isRead);
                Assert.Equal(isRead && value == encoded[at], name == Parse("UMBRA01"));
            }
        }
    }

    [Fact]
    public void TryDecode_OtherLength_IsRefused()
    {
        byte[] encoded = new byte[NetBiosName.EncodedBytes + 1];
        Parse("UMBRA01").Encode(encoded);
        for (int length = 0; length <= encoded.Length; length++)
        {
            Assert.Equal(length == NetBiosName.EncodedBytes, NetBiosName.TryDecode(encoded.AsSpan(0, length), out _));
        }
    }

    [Fact]
    public void OfThisMachine_IsAName_OfAWorkstation()
    {
        Assert.True(NetBiosName.TryParse(NetBiosName.OfThisMachine.ToString(), out NetBiosName name, out _));

        Assert.Equal(NetBiosName.OfThisMachine, name);
        Assert.Equal(NetBiosName.WorkstationSuffix, name.Suffix);
    }

    internal static NetBiosName Parse(string text) =>
        NetBiosName.TryParse(text, out NetBiosName name, out string? error) ? name : throw new FormatException(error);
}
