namespace Umbra.Api;

/// <summary>What sessions and nodes may be called: names end up in paths, command lines and addresses, so they are plain.</summary>
internal static class Names
{
    public const int MaxLength = 63;
    public const string Rule = "1 to 63 letters, digits, '.', '_' or '-', beginning with a letter or digit";

    public static bool IsValid(string? name) =>
        name is { Length: > 0 and <= MaxLength } && char.IsAsciiLetterOrDigit(name[0])
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    /// <exception cref="NodeOperationException">With <see cref="ErrorCode.InvalidRequest"/>.</exception>
    public static void Require(string what, string? name) => Invalid.If(!IsValid(name), $"'{name}' is not a {what}", $"a {what} is {Rule}");
}
