using System.Text.Json;

namespace Umbra.Sessions.Sources.Desktop;

/// <summary>A running desktop as the next process of the node finds it.</summary>
/// <param name="Session">What runs on it; null while it is being started.</param>
internal sealed record DesktopState(ProcessIdentity Server, int Display, string XAuthority, ProcessIdentity? Session)
{
    /// <summary>Null where there is no state, or none that can be read.</summary>
    public static DesktopState? Load(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<DesktopState>(File.ReadAllBytes(path)) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public void Save(string path) => DesktopFiles.WritePrivate(path, JsonSerializer.SerializeToUtf8Bytes(this));
}
