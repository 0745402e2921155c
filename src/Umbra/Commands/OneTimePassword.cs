using System.CommandLine;

namespace Umbra.Commands;

/// <summary>How commands that show an address go about the password it asks for.</summary>
internal static class OneTimePassword
{
    public static Option<bool> NotWanted() => new("--no-ticket") { Description = "only the facts: make no one-time password" };

    /// <summary>The password and how long it is good for; null where there is none.</summary>
    public static string? Text(string? password, DateTimeOffset? until) => password is null ? null
        : $"{password}   (once{(until is { } end ? $", until {Words.Of(end)}" : "")})";
}
