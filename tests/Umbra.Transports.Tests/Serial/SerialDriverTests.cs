using System.IO.Ports;
using Umbra.Transports.Serial;

namespace Umbra.Transports.Tests.Serial;

/// <summary>How addresses of serial lines are read.</summary>
public sealed class SerialDriverTests
{
    [Fact]
    public void Read_PathAlone_IsTheUsualLine()
    {
        TransportAddress address = TransportAddress.Parse("async:///dev/ttyS0");

        SerialEndPoint endPoint = Assert.IsType<SerialEndPoint>(address.EndPoint);
        Assert.Equal("/dev/ttyS0", endPoint.Path);
        Assert.Equal(new SerialSettings { Baud = 115_200, EscapesFlowControl = true, IsPaced = true }, endPoint.Settings);
        Assert.Equal("async:///dev/ttyS0", address.ToString());
        Assert.Equal("Tdasync", TransportDrivers.Of(endPoint)?.Name);
    }

    [Fact]
    public void Read_EveryOption_IsTakenAndWrittenInOneOrder()
    {
        TransportAddress address = TransportAddress.Parse("async:///dev/ttyS0?role=connect&flow=rts&stop=2&parity=even&escape=off&pace=off&baud=9600");

        SerialEndPoint endPoint = Assert.IsType<SerialEndPoint>(address.EndPoint);
        SerialSettings expected = new()
        {
            Baud = 9600,
            Parity = Parity.Even,
            StopBits = StopBits.Two,
            Flow = FlowControl.Rts,
            EscapesFlowControl = false,
            IsPaced = false,
        };
        Assert.Equal(expected, endPoint.Settings);
        Assert.Equal(LineRole.Connect, endPoint.Role);
        Assert.Equal("async:///dev/ttyS0?baud=9600&parity=even&stop=2&flow=rts&escape=off&pace=off&role=connect", address.ToString());
        Assert.Equal(endPoint, TransportAddress.Parse(address.ToString()).EndPoint);
        Assert.Equal(9600 / 12, endPoint.Settings.BytesPerSecond);
    }

    [Theory]
    [InlineData("async://", "no path of a device")]
    [InlineData("async://ttyS0", "no path of a device")]
    [InlineData("async:///dev/tty\n", "no path of a device")]
    [InlineData("async:///dev/ttyS0?baud=1199", "baud is a number from 1200 to 4000000")]
    [InlineData("async:///dev/ttyS0?baud=4000001", "baud is a number from 1200 to 4000000")]
    [InlineData("async:///dev/ttyS0?baud=-9600", "baud is a number")]
    [InlineData("async:///dev/ttyS0?baud=99999999999999", "baud is a number")]
    [InlineData("async:///dev/ttyS0?parity=mark", "parity is one of none, odd, even")]
    [InlineData("async:///dev/ttyS0?stop=1.5", "stop is one of 1, 2")]
    [InlineData("async:///dev/ttyS0?flow=dtr", "flow is one of none, rts, xon")]
    [InlineData("async:///dev/ttyS0?role=both", "role is one of auto, listen, connect")]
    [InlineData("async:///dev/ttyS0?flow=xon&escape=off", "flow=xon needs escape=on")]
    [InlineData("async:///dev/ttyS0?speed=9600", "'speed=9600' is no option here")]
    public void Read_WrongAddress_SaysWhatIsWrong(string text, string expected)
    {
        Assert.False(TransportAddress.TryParse(text, out _, out string? error));
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Contains("async:///dev/TTY?baud=RATE", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Role_OfOneEnd_IsHeldTo()
    {
        Assert.Contains("only connects", TransportAddress.WhyNotListen("async:///dev/ttyS0?role=connect"), StringComparison.Ordinal);
        Assert.Contains("only listens", TransportAddress.WhyNotConnect("async:///dev/ttyS0?role=listen"), StringComparison.Ordinal);
        Assert.Null(TransportAddress.WhyNotListen("async:///dev/ttyS0?role=listen"));
        Assert.Null(TransportAddress.WhyNotConnect("async:///dev/ttyS0?role=connect"));
        Assert.Null(TransportAddress.WhyNotListen("async:///dev/ttyS0"));
    }
}
