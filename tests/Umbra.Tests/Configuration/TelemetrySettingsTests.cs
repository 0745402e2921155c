using Umbra.Configuration;

namespace Umbra.Tests.Configuration;

public sealed class TelemetrySettingsTests
{
    [Theory]
    [InlineData("9464", "127.0.0.1:9464")]
    [InlineData("10.0.0.2:9464", "10.0.0.2:9464")]
    [InlineData("[::1]:9464", "[::1]:9464")]
    [InlineData("0", "127.0.0.1:0")]
    [InlineData("localhost:9464", null)]
    [InlineData("70000", null)]
    [InlineData("10.0.0.2", null)]
    [InlineData("-1", null)]
    public void MetricsListen_Text_IsAnAddressOrRefused(string text, string? expected) =>
        Assert.Equal(expected, Apply("metricsListen", text)?.MetricsListen!.ToString());

    [Theory]
    [InlineData("http://collector:4317", "http://collector:4317/")]
    [InlineData("https://10.0.0.9:4318/v1/metrics", "https://10.0.0.9:4318/v1/metrics")]
    [InlineData("collector:4317", null)]
    [InlineData("ftp://collector", null)]
    [InlineData("http://me:secret@collector:4317", null)]
    [InlineData("/v1/metrics", null)]
    public void OtlpEndpoint_Text_IsAUrlOrRefused(string text, string? expected) =>
        Assert.Equal(expected, Apply("otlpEndpoint", text)?.OtlpEndpoint!.ToString());

    private static NodeSettings? Apply(string key, string text)
    {
        try
        {
            return SettingCatalog.Find(key)!.Apply(new NodeSettings { StateDirectory = "", RuntimeDirectory = "" }, [text]);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
