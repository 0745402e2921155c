using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Sockets;

namespace Umbra.Sessions.Sources.X11;

/// <summary>
/// Where an X server on this machine listens. Written x11::N or x11::N.SCREEN, N being the display's number as in DISPLAY, or x11:/path/of/socket.
/// </summary>
public sealed record X11Address
{
    private const string Scheme = "x11:";
    private const int MaxDisplay = 65535 - 6000;

    private X11Address(int? display, int screen, string path) => (Display, Screen, Path) = (display, screen, path);

    /// <summary>Null where only the socket is known.</summary>
    public int? Display { get; }

    public int Screen { get; }

    public string Path { get; }

    public static X11Address Of(int display) => new(display, 0, string.Create(CultureInfo.InvariantCulture, $"/tmp/.X11-unix/X{display}"));

    /// <summary>The socket in the file system, and the abstract one of the same name, which a server may have alone.</summary>
    public IEnumerable<UnixDomainSocketEndPoint> EndPoints()
    {
        yield return new UnixDomainSocketEndPoint(Path);
        if (Display is not null)
        {
            yield return new UnixDomainSocketEndPoint('\0' + Path);
        }
    }

    public static bool TryParse(string text, [NotNullWhen(true)] out X11Address? address)
    {
        address = null;
        if (!text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        string rest = text[Scheme.Length..];
        address = rest.StartsWith(':') ? ParseDisplay(rest[1..])
            : rest.StartsWith('/') && rest.Length > 1 && System.Text.Encoding.UTF8.GetByteCount(rest) <= Transports.Pipes.PipeListenSocket.MaxPathBytes
                ? new X11Address(null, 0, rest)
            : null;
        return address is not null;
    }

    public override string ToString() => Display is not { } display ? Scheme + Path
        : string.Create(CultureInfo.InvariantCulture, $"{Scheme}:{display}{(Screen == 0 ? "" : $".{Screen}")}");

    private static X11Address? ParseDisplay(string text)
    {
        int dot = text.IndexOf('.', StringComparison.Ordinal);
        string screen = dot < 0 ? "0" : text[(dot + 1)..];
        return IsNumber(dot < 0 ? text : text[..dot], out int display) && display <= MaxDisplay && IsNumber(screen, out int number) && number <= byte.MaxValue
            ? new X11Address(display, number, Of(display).Path)
            : null;
    }

    private static bool IsNumber(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
