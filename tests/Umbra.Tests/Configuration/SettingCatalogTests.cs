using System.Text;
using Umbra.Configuration;

namespace Umbra.Tests.Configuration;

public sealed class SettingCatalogTests
{
    [Fact]
    public void All_Settings_CoverEveryPropertyOnce()
    {
        IEnumerable<string> properties = typeof(NodeSettings).GetProperties().Where(p => p.CanWrite)
            .Select(p => char.ToLowerInvariant(p.Name[0]) + p.Name[1..]);
        Assert.Equal(properties.Order(), SettingCatalog.All.Select(setting => setting.Key).Order());
    }

    [Fact]
    public void Names_FromKey_FollowTheirConventions()
    {
        Setting setting = SettingCatalog.Find("maxShadowsPerSession")!;
        Assert.Equal(("--max-shadows-per-session", "UMBRA_MAX_SHADOWS_PER_SESSION"), (setting.Option, setting.Variable));
    }

    /// <summary>The table in docs/configuration.md is written from the catalog: set UMBRA_WRITE_DOCS=1 and run this test to write it
    /// again.</summary>
    [Fact]
    public void Document_Table_IsThatOfTheCatalog()
    {
        const string Begin = "<!-- settings: begin -->\n";
        const string End = "<!-- settings: end -->";
        string path = Path.Combine(RepositoryRoot(), "docs", "configuration.md");
        string text = File.ReadAllText(path);
        int begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int end = text.IndexOf(End, StringComparison.Ordinal);
        string expected = text[..begin] + Table() + text[end..];
        if (Environment.GetEnvironmentVariable("UMBRA_WRITE_DOCS") == "1")
        {
            File.WriteAllText(path, expected);
        }

        Assert.Equal(expected, text, ignoreLineEndingDifferences: true);
    }

    private static string Table()
    {
        StringBuilder table = new("| Key | Meaning | Allowed | Default | Variable | Option |\n|---|---|---|---|---|---|\n");
        foreach (Setting setting in SettingCatalog.All)
        {
            table.Append($"| `{setting.Key}` | {setting.Summary} | {setting.Allowed}{(setting.IsList ? "; a list" : "")} | {setting.Default} | `{setting.Variable}` | `{setting.Option}` |\n");
        }

        return table.ToString();
    }

    private static string RepositoryRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Umbra.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("no Umbra.slnx above the test");
    }
}
