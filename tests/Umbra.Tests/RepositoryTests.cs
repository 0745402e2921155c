using System.Text.RegularExpressions;

namespace Umbra.Tests;

/// <summary>Rules of the repository that no compiler checks.</summary>
public sealed partial class RepositoryTests
{
    private static readonly string Root = FindRoot();

    [Theory]
    [InlineData("Umbra.Core", new string[0])]
    [InlineData("Umbra.Transports", new[] { "Umbra.Core" })]
    [InlineData("Umbra.Sessions", new[] { "Umbra.Transports" })]
    [InlineData("Umbra", new[] { "Umbra.Sessions" })]
    public void Projects_DependInOneDirection(string project, string[] expected)
    {
        string text = File.ReadAllText(Path.Combine(Root, "src", project, $"{project}.csproj"));
        Assert.Equal(expected, ReferencedProject().Matches(text).Select(m => m.Groups[1].Value));
    }

    [Fact]
    public void Core_HasNoPackagesAndNoFrameworkBesidesTheRuntime()
    {
        string text = File.ReadAllText(Path.Combine(Root, "src", "Umbra.Core", "Umbra.Core.csproj"));
        Assert.DoesNotContain("PackageReference", text, StringComparison.Ordinal);
        Assert.DoesNotContain("FrameworkReference", text, StringComparison.Ordinal);
        Assert.All(
            typeof(Core.Memory.BufferPool).Assembly.GetReferencedAssemblies(),
            reference => Assert.StartsWith("System.", reference.Name, StringComparison.Ordinal));
    }

    [Fact]
    public void PackageVersions_AreOnlyInTheCentralFile()
    {
        foreach (string file in Directory.EnumerateFiles(Root, "*.csproj", SearchOption.AllDirectories).Where(f => !f.Contains("/artifacts/", StringComparison.Ordinal)))
        {
            Assert.DoesNotMatch("PackageReference [^>]*Version=", File.ReadAllText(file));
        }
    }

    [Fact]
    public void Documents_LinkToFilesThatExist()
    {
        foreach (string file in Directory.EnumerateFiles(Root, "*.md").Concat(Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md")))
        {
            foreach (string target in LocalLink().Matches(File.ReadAllText(file)).Select(m => m.Groups[1].Value))
            {
                string path = Path.Combine(Path.GetDirectoryName(file)!, target);
                Assert.True(File.Exists(path) || Directory.Exists(path), $"{Path.GetRelativePath(Root, file)} links to {target}, which does not exist");
            }
        }
    }

    private static string FindRoot()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "Umbra.slnx")))
        {
            directory = Path.GetDirectoryName(directory);
        }

        return directory ?? throw new InvalidOperationException("the tests do not run inside the repository");
    }

    [GeneratedRegex("""ProjectReference Include="[^"]*/([^/"]+)\.csproj""")]
    private static partial Regex ReferencedProject();

    [GeneratedRegex(@"\]\(([^)#:]+)(?:#[^)]*)?\)")]
    private static partial Regex LocalLink();
}
