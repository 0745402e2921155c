namespace Umbra.Testing;

/// <summary>The file with drivers of tests/Umbra.TestDrivers, to be put where a node finds it.</summary>
public static class TestDriverFile
{
    public const string Version = "7.8.9";

    /// <param name="driver">Whose place it is to take, as in "Tdtcp".</param>
    /// <returns>The file.</returns>
    public static string CopyTo(string folder, string driver)
    {
        string bin = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar);
        string file = Path.Combine(folder, $"{driver}.dll");
        File.Copy(Path.Combine(bin, "..", "..", "Umbra.TestDrivers", Path.GetFileName(bin), "Umbra.TestDrivers.dll"), file, overwrite: true);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }
}
