namespace Umbra.Api;

/// <summary>Which session is meant: <c>SESSION</c> here, or <c>SESSION@NODE</c>.</summary>
internal readonly record struct SessionAddress(string Session, string? Node)
{
    public static bool TryParse(string? text, out SessionAddress address)
    {
        string[] parts = (text ?? "").Split('@');
        address = new SessionAddress(parts[0], parts.Length > 1 ? parts[1] : null);
        return parts.Length <= 2 && Names.IsValid(address.Session) && (address.Node is null || Names.IsValid(address.Node));
    }

    /// <exception cref="NodeOperationException">With <see cref="ErrorCode.InvalidRequest"/>.</exception>
    public static SessionAddress Parse(string? text)
    {
        Invalid.If(!TryParse(text, out SessionAddress address), $"'{text}' is neither SESSION nor SESSION@NODE", $"a name is {Names.Rule}");
        return address;
    }

    public override string ToString() => Node is null ? Session : $"{Session}@{Node}";
}
