using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Umbra.Api;
using Umbra.Sessions;
using Umbra.Testing;
using Umbra.Tests.Node;

namespace Umbra.Tests.Telemetry;

/// <summary>Document, dashboard and what a busy node really says are of one mind.</summary>
public sealed partial class DashboardTests
{
    private static readonly string[] LabelsOfPrometheus = ["instance", "le"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Dashboard_MetricsAndLabelsInItsQueries_AreInAScrape()
    {
        Scrape scrape = await ScrapeBusyNodeAsync();
        using JsonDocument dashboard = JsonDocument.Parse(await File.ReadAllTextAsync(RepositoryRoot.Combine("docs", "grafana", "umbra.json"), Ct));
        List<string> queries = [.. Strings(dashboard.RootElement, "expr"), .. Strings(dashboard.RootElement, "definition")];
        Assert.True(queries.Count > 20);
        HashSet<string> names = [.. scrape.Samples.Select(s => s.Name)];
        HashSet<string> labels = [.. scrape.Samples.SelectMany(s => s.Labels.Keys), .. LabelsOfPrometheus];
        foreach (string query in queries)
        {
            string[] used = [.. Metric().Matches(Labels().Replace(query, " ")).Select(m => m.Value)];
            Assert.NotEmpty(used);
            Assert.All(used, name => Assert.Contains(name, names));
            string[] by = [.. Labels().Matches(query).SelectMany(m => LabelName().Matches(m.Value).Select(label => label.Value)).Where(label => label != "by")];
            Assert.All(by, label => Assert.Contains(label, labels));
        }

        // What there is to see is to be seen.
        Assert.All(scrape.Types.Keys.Where(IsOurs), family => Assert.Contains(queries, query => query.Contains(family, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Document_Table_IsWhatIsScraped()
    {
        Scrape scrape = await ScrapeBusyNodeAsync();
        string text = await File.ReadAllTextAsync(RepositoryRoot.Combine("docs", "metrics.md"), Ct);
        string table = text[text.IndexOf("<!-- metrics: begin -->", StringComparison.Ordinal)..text.IndexOf("<!-- metrics: end -->", StringComparison.Ordinal)];
        string[] documented = [.. table.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(Describe)];
        Assert.Equal(scrape.Types.Where(t => IsOurs(t.Key)).Select(t => Describe(scrape, t.Key, t.Value)).Order(), documented.Order());
    }

    /// <summary>Name in Prometheus, type and labels of a line of the document.</summary>
    private static string Describe(string line)
    {
        string[] cells = [.. line.Split('|', StringSplitOptions.TrimEntries)];
        string attributes = string.Join(' ', Code().Matches(cells[5]).Select(m => m.Groups[1].Value.Replace('.', '_')).Order());
        string name = cells[2].Trim('`');
        Assert.StartsWith(cells[1].Trim('`').Replace('.', '_'), name, StringComparison.Ordinal);
        return $"{name} {cells[3]} {attributes}";
    }

    private static string Describe(Scrape scrape, string family, string type)
    {
        IEnumerable<string> labels = scrape.Samples.Where(s => s.Name.StartsWith(family, StringComparison.Ordinal)).SelectMany(s => s.Labels.Keys).Where(IsOurs);
        return $"{family} {type} {string.Join(' ', labels.Distinct().Order())}";
    }

    private static bool IsOurs(string name) => name.StartsWith("umbra_", StringComparison.Ordinal);

    /// <summary>Of a node with an owner, a shadower and a near node who all have had a picture, and somebody who was shed.</summary>
    private static async Task<Scrape> ScrapeBusyNodeAsync()
    {
        await using LiveNode target = await MetricsTests.StartAsync("server-b");
        await using LiveNode near = await LiveNode.StartAsync("server-a");
        await near.JoinAsync(target, cancellationToken: Ct);
        await target.Operations.StartSessionAsync(new StartSessionRequest(SessionKind.Pattern, "pat"), Ct);
        ShadowInfo here = await target.Operations.StartShadowAsync(new StartShadowRequest("pat", NoPassword: true), Ct);
        ShadowInfo there = await near.Operations.StartShadowAsync(new StartShadowRequest("pat@server-b", NoPassword: true), Ct);
        target.Services.GetRequiredService<SessionDirectory>().Find("pat")!.TotalsOf(ViewerKind.Shadower).Shed("test");
        GC.Collect();
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        await using RfbTestClient owner = await MetricsTests.ConnectOwnerAsync(target, "pat");
        await using RfbTestClient shadower = await RfbTestClient.ConnectAsync(RfbTestOptions.For(here.Listen), Ct);
        await using RfbTestClient afar = await RfbTestClient.ConnectAsync(RfbTestOptions.For(there.Listen), Ct);
        Task watching = Task.WhenAll(new[] { owner, shadower, afar }.Select(viewer => viewer.WatchAsync(null, enough.Token)));
        Scrape? scrape = null;
        await MetricsTests.UntilAsync(async () =>
        {
            scrape = await MetricsTests.ScrapeAsync(target);
            return scrape.All("umbra_shadow_lag_seconds_count").Count(s => s.Value > 0) == Enum.GetValues<ViewerKind>().Length;
        });
        Assert.False(watching.IsCompleted);
        await enough.CancelAsync();
        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Assert.Equal(1, scrape!.Value("umbra_shadow_active_links", "umbra_link_direction=incoming"));
        Assert.Equal((1, 2), (scrape.Value("umbra_shadow_active_shadows"), scrape.Value("umbra_shadow_active_grants")));
        Assert.Equal(1, scrape.Value("umbra_shadow_shed_total", "umbra_shed_reason=test", "umbra_viewer_kind=shadower"));
        return scrape;
    }

    private static IEnumerable<string> Strings(JsonElement element, string property) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p =>
            p.Name == property && p.Value.ValueKind == JsonValueKind.String ? [p.Value.GetString()!] : Strings(p.Value, property)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(item => Strings(item, property)),
        _ => [],
    };

    [GeneratedRegex(@"\b(umbra|dotnet|kestrel)_[a-z_]+\b")]
    private static partial Regex Metric();

    /// <summary>Where names are those of labels: selectors, groupings, and what a variable is filled with.</summary>
    [GeneratedRegex(@"\{[^}]*\}|\bby \([^)]*\)|, [a-z_]+\)$")]
    private static partial Regex Labels();

    [GeneratedRegex("""\b[a-z_]{2,}\b(?=\s*(=|,|\)))(?!")""")]
    private static partial Regex LabelName();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}
