using System.Reflection;
using System.Runtime.InteropServices;

namespace Umbra.Api;

/// <summary>Which program answers.</summary>
/// <param name="Node">The node's name; null for the program alone or a node without identity.</param>
internal sealed record VersionInfo(string Version, string Runtime, string Platform, string? Node = null)
{
    /// <summary>Of this program.</summary>
    public static VersionInfo Current(string? node = null) => new(
        typeof(VersionInfo).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
        RuntimeInformation.FrameworkDescription,
        RuntimeInformation.RuntimeIdentifier,
        node);
}
