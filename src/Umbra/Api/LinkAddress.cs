namespace Umbra.Api;

/// <summary>The form of link addresses; the transports decide whether they can use one.</summary>
internal static class LinkAddress
{
    public const string Forms = "tcp://HOST:PORT or pipe:///PATH";

    public static bool IsValid(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme switch
        {
            "tcp" => uri.Host.Length > 0 && uri.Port >= 0 && uri.AbsolutePath is "/" or "",
            "pipe" => uri.Host.Length == 0 && uri.AbsolutePath.Length > 1,
            _ => false,
        };
}
