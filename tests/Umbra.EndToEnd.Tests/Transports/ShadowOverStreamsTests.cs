namespace Umbra.EndToEnd.Tests.Transports;

/// <summary>A shadow over the drivers whose wire is a stream of the kernel's. See <see cref="ShadowOver"/>.</summary>
public sealed class ShadowOverStreamsTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("tcp")]
    [InlineData("pipe")]
    [InlineData("netb")]
    public Task Shadow_OverOneWire_DoesAllItShould(string scheme) => new ShadowOver(scheme, output).RunAsync();
}
