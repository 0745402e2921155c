using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Umbra.Sessions.Nodes;

/// <summary>
/// What a node may be called: letters and digits with single dots or dashes between them, at most 63 characters. Compared without regard to
/// case, so that Server-B cannot pass for server-b.
/// </summary>
public static partial class NodeNames
{
    public const int MaxLength = 63;

    public const string Rule = "letters and digits with single dots or dashes between them, at most 63 characters";

    public static StringComparer Comparer => StringComparer.OrdinalIgnoreCase;

    public static bool IsValid([NotNullWhen(true)] string? name) => name is { Length: > 0 and <= MaxLength } && Pattern.IsMatch(name);

    public static bool Same(string? a, string? b) => Comparer.Equals(a, b);

    [GeneratedRegex(@"\A[A-Za-z0-9]+([.-][A-Za-z0-9]+)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern { get; }
}
