using System.Collections.Concurrent;
using System.Reflection;
using System.Security.Cryptography;

namespace Umbra.Transports.Drivers;

/// <summary>The file a driver is in, as the tables of fixes list them: date, version, size, name.</summary>
/// <param name="Date">When it was last written.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Of its contents, lower-case hex.</param>
public sealed record DriverFile(string Name, string Version, DateTimeOffset Date, long Size, string Sha256)
{
    private static readonly ConcurrentDictionary<Assembly, DriverFile> Builds = new();

    /// <summary>That of the build, for a driver that is part of it.</summary>
    internal static DriverFile Of(TransportDriver driver) => Builds.GetOrAdd(driver.GetType().Assembly, build => Of(build, build.Location, File.ReadAllBytes(build.Location)));

    internal static DriverFile Of(Assembly assembly, string path, byte[] contents) => new(
        Path.GetFileName(path), assembly.GetName().Version?.ToString(3) ?? "", new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero), contents.Length,
        Convert.ToHexStringLower(SHA256.HashData(contents)));
}
