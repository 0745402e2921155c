namespace Umbra.Web;

/// <summary>A feature of connections that came in at the web address, and of every request on them.</summary>
internal sealed class WebConnection
{
    public static WebConnection Instance { get; } = new();
}
