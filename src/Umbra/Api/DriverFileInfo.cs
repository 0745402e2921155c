using System.Collections.Concurrent;
using System.Reflection;
using System.Security.Cryptography;
using Umbra.Transports;

namespace Umbra.Api;

/// <summary>The file a driver is in, as the tables of fixes list them: date, version, size, name.</summary>
/// <param name="Date">When it was last written.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Of its contents, lower-case hex.</param>
internal sealed record DriverFileInfo(string Name, string Version, DateTimeOffset Date, long Size, string Sha256)
{
    private static readonly ConcurrentDictionary<Assembly, DriverFileInfo> Known = new();

    public static DriverFileInfo Of(TransportDriver driver) => Known.GetOrAdd(driver.GetType().Assembly, Read);

    private static DriverFileInfo Read(Assembly assembly)
    {
        FileInfo file = new(assembly.Location);
        using FileStream stream = file.OpenRead();
        return new DriverFileInfo(
            file.Name, assembly.GetName().Version?.ToString(3) ?? "", new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero), file.Length,
            Convert.ToHexStringLower(SHA256.HashData(stream)));
    }
}
