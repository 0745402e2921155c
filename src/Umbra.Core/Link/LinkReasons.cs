namespace Umbra.Core.Link;

/// <summary>The Terminal Server status codes that people know from SHADOW.EXE and its successors.</summary>
public static class LinkReasons
{
    /// <returns>The number of the status code (7044 for <see cref="LinkReason.Denied"/>), or null where none fits.</returns>
    public static int? StatusCode(this LinkReason reason) => reason switch
    {
        LinkReason.Denied => 7044,
        LinkReason.NotShadowable => 7050,
        LinkReason.Disabled => 7051,
        LinkReason.NotRunning => 7057,
        LinkReason.SessionNotFound => 7022,
        LinkReason.ConsentTimeout => 7040,
        LinkReason.AccessDenied => 7045,
        LinkReason.BadSize => 7025,
        LinkReason.Shed => 7008,
        LinkReason.TransportError => 7017,
        _ => null,
    };
}
