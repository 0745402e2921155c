using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using Umbra.Api;
using Umbra.Api.Client;
using Umbra.Testing;
using Umbra.Tests.Node;

namespace Umbra.Tests.Telemetry;

/// <summary>What a node says of itself over HTTP, and that it says nothing unless asked to.</summary>
public sealed class MetricsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Default_NoPortAndNoExporter()
    {
        await using LiveNode node = await LiveNode.StartAsync("server-a");
        Assert.DoesNotContain(Addresses(node), address => !address.Contains("unix:", StringComparison.Ordinal));
        Assert.Null(node.Services.GetService<MeterProvider>());
        using HttpClient api = OverUnixSocket(node.ApiSocket);
        Assert.Equal(HttpStatusCode.NotFound, (await api.GetAsync(new Uri("http://node/metrics"), Ct)).StatusCode);
    }

    [Fact]
    public async Task MetricsPort_OnlyGetOfMetricsIsServed()
    {
        await using LiveNode node = await StartAsync("server-a");
        using HttpClient http = new() { BaseAddress = MetricsOf(node) };
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/metrics", Ct)).StatusCode);
        foreach (string path in (string[])["/", "/metrics/", "/metrics/x", Routes.Version, Routes.Pool, Routes.OpenApi])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(path, Ct)).StatusCode);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await http.PostAsync("/metrics", null, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.PostAsync(Routes.Sessions, new StringContent("""{"kind":"pattern","name":"x"}"""), Ct)).StatusCode);

        // The API is where it was, without metrics.
        using HttpClient api = OverUnixSocket(node.ApiSocket);
        Assert.Equal(HttpStatusCode.OK, (await api.GetAsync(new Uri($"http://node{Routes.Version}"), Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await api.GetAsync(new Uri("http://node/metrics"), Ct)).StatusCode);
    }

    [Fact]
    public async Task MetricsPort_RentsUnderKestrelsTagAndAnAccountOfItsOwn()
    {
        await using LiveNode node = await StartAsync("server-a");
        await ScrapeAsync(node);
        PoolInfo pool = await node.Operations.GetPoolAsync(Ct);
        PoolAccountInfo account = Assert.Single(pool.Accounts, a => a.Name == "metrics");
        Assert.InRange(account.PeakBytes, 1, account.Limit!.Value);
        Assert.Equal((0, account.PeakBytes), (Tag(pool, "TdTc").Allocs, Tag(pool, "Kest").PeakBytes));
    }

    [Fact]
    public async Task Pool_OverHttp_SaysWhatTheApiSays()
    {
        await using LiveNode node = await StartAsync("server-a");
        await node.Operations.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, "pat"), Ct);
        await node.Operations.TakeSnapshotAsync(SessionAddress.Parse("pat"), Ct);
        using NodeClient api = new(node.ApiSocket, TimeSpan.FromSeconds(20));
        await UntilAsync(async () =>
        {
            // Both read while the session goes on; once it rests they must agree. Reading itself takes memory of Kestrel's tag.
            PoolInfo pool = await api.GetPoolAsync(Ct);
            Scrape scrape = await ScrapeAsync(node);
            return pool.Tags.Where(t => t.Name != "Kestrel").All(tag => Agrees(scrape, tag))
                && (pool.Limit, pool.Reserve) == (scrape.Value("umbra_pool_limit_bytes"), scrape.Value("umbra_pool_reserve_bytes"))
                && scrape.Value("umbra_pool_peak_bytes") >= pool.PeakBytes && scrape.All("umbra_pool_kept_bytes").Any();
        });
        Assert.True((await ScrapeAsync(node)).Value("umbra_pool_usage_bytes", "umbra_pool_tag=SfPx", "umbra_pool_driver=surfaces") > 0);
    }

    [Fact]
    public async Task Viewer_ThatLeaves_TakesNothingOutOfTheTotals_ASessionThatEndsTakesItsSeries()
    {
        await using LiveNode node = await StartAsync("server-a");
        await node.Operations.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, "pat"), Ct);
        string[] labels = ["umbra_session_name=pat", "umbra_viewer_kind=owner"];
        double updates = 0;
        await using (RfbTestClient viewer = await ConnectOwnerAsync(node, "pat"))
        {
            await viewer.ReadPictureAsync(isIncremental: false, Ct);
            await UntilAsync(async () =>
            {
                Scrape during = await ScrapeAsync(node);
                updates = during.Value("umbra_shadow_updates_total", labels);
                return updates > 0 && during.Value("umbra_shadow_active_viewers", labels) == 1 && during.Value("umbra_shadow_queue_bytes", labels) > 0;
            });
        }

        await UntilAsync(async () => (await ScrapeAsync(node)).Value("umbra_shadow_active_viewers", labels) == 0);
        Scrape after = await ScrapeAsync(node);
        Assert.True(after.Value("umbra_shadow_updates_total", labels) >= updates);
        Assert.True(after.Value("umbra_shadow_sent_bytes_total", labels) > 1280 * 800);
        Assert.Equal((0, 0), (after.Value("umbra_shadow_queue_bytes", labels), after.Value("umbra_shadow_queue_age_seconds", labels)));

        await node.Operations.KillSessionAsync("pat", Ct);
        await UntilAsync(async () => !(await ScrapeAsync(node)).Samples.Any(s => s.Labels.ContainsValue("pat")));
    }

    /// <summary>Whose metrics are fetched at a port of its own choice.</summary>
    internal static Task<LiveNode> StartAsync(string name) =>
        LiveNode.StartAsync(name, settings => settings with { MetricsListen = new IPEndPoint(IPAddress.Loopback, 0) });

    internal static async Task<Scrape> ScrapeAsync(LiveNode node)
    {
        using HttpClient http = new() { BaseAddress = MetricsOf(node) };
        return Scrape.Parse(await http.GetStringAsync("/metrics", Ct));
    }

    internal static async Task<RfbTestClient> ConnectOwnerAsync(LiveNode node, string session)
    {
        TicketInfo ticket = await node.Operations.IssueTicketAsync(session, new TicketRequest(), Ct);
        return await RfbTestClient.ConnectAsync(RfbTestOptions.For(ticket.SocketPath!), Ct);
    }

    internal static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        timeout.CancelAfter(TimeSpan.FromSeconds(30));
        while (!await isSo())
        {
            await Task.Delay(50, timeout.Token);
        }
    }

    private static bool Agrees(Scrape scrape, PoolTagInfo tag)
    {
        string[] labels = [$"umbra_pool_tag={tag.Tag.Trim()}", $"umbra_pool_driver={tag.Driver}"];
        return (tag.Bytes, tag.Outstanding, tag.Allocs, tag.Frees, tag.Refused, tag.PeakBytes) == (
            scrape.Value("umbra_pool_usage_bytes", labels), scrape.Value("umbra_pool_outstanding", labels), scrape.Value("umbra_pool_allocations_total", labels),
            scrape.Value("umbra_pool_frees_total", labels), scrape.Value("umbra_pool_refusals_total", labels), scrape.Value("umbra_pool_tag_peak_bytes", labels));
    }

    private static PoolTagInfo Tag(PoolInfo pool, string tag) => pool.Tags.Single(t => t.Tag == tag);

    private static Uri MetricsOf(LiveNode node) => new(Addresses(node).Single(address => !address.Contains("unix:", StringComparison.Ordinal)));

    private static IEnumerable<string> Addresses(LiveNode node) => node.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;

    private static HttpClient OverUnixSocket(string path) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, ct) =>
        {
            Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), ct);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });
}
