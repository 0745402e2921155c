using System.Text.Json.Serialization;

namespace Umbra.Api;

/// <summary>Starts a desktop or a test pattern, or attaches an RFB server or an X server.</summary>
/// <param name="Size">Desktop and pattern only; null is 1280x800.</param>
/// <param name="Address">The RFB server, <c>vnc://host:port</c> or <c>vnc:///path.sock</c>; or the X server, <c>x11::N</c> or <c>x11:/path/of/socket</c>; vnc and x11 only.</param>
/// <param name="Password">The RFB server's password. A secret: never logged, never given back.</param>
/// <param name="AuthorityFile">Absolute path of a PEM file on the node: who may vouch for the server's certificate, which is then demanded; vnc only.</param>
/// <param name="Pattern">What moves in a test pattern; null is a marker.</param>
/// <param name="Command">What to run in the desktop instead of the session script; desktop only.</param>
/// <param name="XAuthority">Absolute path of the X authority file on the node; null is the node's own; x11 only.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record StartSessionRequest(
    SessionKind Kind,
    string Name,
    SizeInfo? Size = null,
    string? Address = null,
    string? Password = null,
    IReadOnlyList<string>? Command = null,
    string? AuthorityFile = null,
    PatternKind? Pattern = null,
    string? XAuthority = null)
{
    public const int MaxPasswordLength = 256;
    public const int MaxCommandParts = 256;

    /// <exception cref="NodeOperationException">With <see cref="ErrorCode.InvalidRequest"/>.</exception>
    public void Validate()
    {
        Names.Require("session name", Name);
        Invalid.If(Kind == SessionKind.Link, "a link is not started by hand", "shadow SESSION@NODE instead");
        Invalid.If(Size is { } size && !size.ToSize().IsValid, $"{Size} is not a size a session can have",
            "give WIDTHxHEIGHT, each 1 to 16384");
        Invalid.If(Kind == SessionKind.Vnc && string.IsNullOrEmpty(Address), "a vnc session needs an address", "give vnc://HOST:PORT");
        Invalid.If(Kind == SessionKind.X11 && string.IsNullOrEmpty(Address), "an x11 session needs an address", "give x11::0");
        Invalid.If(Kind is not (SessionKind.Vnc or SessionKind.X11) && Address is not null, "only a vnc or x11 session takes an address");
        Invalid.If(Kind != SessionKind.Vnc && (Password ?? AuthorityFile) is not null, "only a vnc session takes a password and authorities");
        Invalid.If(Kind != SessionKind.X11 && XAuthority is not null, "only an x11 session takes an x authority file");
        Invalid.If(XAuthority is not null && !Path.IsPathFullyQualified(XAuthority), $"'{XAuthority}' is not an absolute path");
        Invalid.If(AuthorityFile is not null && !Path.IsPathFullyQualified(AuthorityFile), $"'{AuthorityFile}' is not an absolute path");
        Invalid.If(Kind != SessionKind.Desktop && Command is not null, "only a desktop session takes a command");
        Invalid.If(Kind != SessionKind.Pattern && Pattern is not null, "only a test pattern takes what moves in it");
        Invalid.If(Password?.Length > MaxPasswordLength, $"the password is longer than {MaxPasswordLength} characters");
        Invalid.If(Command is { } command
            && (command.Count is 0 or > MaxCommandParts || command.Any(part => part.Contains('\0', StringComparison.Ordinal))),
            $"a command has 1 to {MaxCommandParts} parts without NUL characters");
    }

    /// <summary>Without the password, so that it cannot reach a log.</summary>
    public override string ToString() => $"{Kind} {Name} {Address}";
}
