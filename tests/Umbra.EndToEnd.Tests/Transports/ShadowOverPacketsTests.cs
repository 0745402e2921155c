namespace Umbra.EndToEnd.Tests.Transports;

/// <summary>A shadow over the drivers that make a stream of packets themselves. See <see cref="ShadowOver"/>.</summary>
public sealed class ShadowOverPacketsTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("async")]
    [InlineData("ipx")]
    [InlineData("spx")]
    public Task Shadow_OverOneWire_DoesAllItShould(string scheme) => new ShadowOver(scheme, output).RunAsync();
}
