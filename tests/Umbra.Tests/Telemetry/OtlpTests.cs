using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using Umbra.Testing;
using Umbra.Tests.Node;

namespace Umbra.Tests.Telemetry;

/// <summary>Metrics that are sent.</summary>
public sealed class OtlpTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(HttpProtocols.Http2, "/", "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export")]
    [InlineData(HttpProtocols.Http1, "/v1/metrics", "/v1/metrics")]
    [InlineData(HttpProtocols.Http1, "/of/umbra", "/of/umbra")]
    public async Task Collector_Configured_GetsOurMetricsAndTheNodesName(HttpProtocols protocol, string path, string postedTo)
    {
        await using Collector collector = await Collector.StartAsync(protocol);
        await using LiveNode node = await StartAsync(new Uri(collector.Address, path));
        Assert.True(node.Services.GetRequiredService<MeterProvider>().ForceFlush(30_000));

        (string got, byte[] body) = collector.Received.First();
        Assert.Equal(postedTo, got);
        Assert.All((string[])["Umbra.Pool", "umbra.pool.usage", "umbra.pool.tag", "SfPx", "umbra.shadow.active_links", "service.instance.id", "server-a"],
            text => Assert.True(body.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(text)) > 0, text));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/v1/metrics")]
    public async Task Collector_NobodyListens_TheNodeServesAndStops(string path)
    {
        int port = FreePort.Find();
        await using LiveNode node = await StartAsync(new Uri($"http://127.0.0.1:{port}{path}"));
        node.Services.GetRequiredService<MeterProvider>().ForceFlush(30_000);
        Assert.Equal("server-a", (await node.Operations.GetVersionAsync(Ct)).Node);
    }

    private static Task<LiveNode> StartAsync(Uri collector) => LiveNode.StartAsync("server-a", settings => settings with { OtlpEndpoint = collector });
}
