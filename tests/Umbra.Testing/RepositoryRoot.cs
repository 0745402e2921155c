namespace Umbra.Testing;

/// <summary>The folder with the solution, found upwards from the running test program.</summary>
public static class RepositoryRoot
{
    public static string Path { get; } = Find();

    public static string Combine(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Umbra.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"no Umbra.slnx above {AppContext.BaseDirectory}");
    }
}
