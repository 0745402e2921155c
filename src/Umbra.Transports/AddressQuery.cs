namespace Umbra.Transports;

/// <summary>The options of an address: <c>?name=value&amp;name=value</c> after its main part. Names and values are plain, without escapes.</summary>
public sealed class AddressQuery
{
    /// <summary>Longest main part and options together, in characters.</summary>
    public const int MaxLength = 256;

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>What an option says; null where it is not given.</summary>
    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <param name="rest">All after <c>scheme://</c>.</param>
    /// <param name="names">The options there are, in the order in which an address is written.</param>
    /// <param name="main">What comes before them.</param>
    /// <returns>Null where it was read; else what is wrong.</returns>
    public static string? Read(string rest, IReadOnlyList<string> names, out string main, out AddressQuery query)
    {
        query = new AddressQuery();
        int mark = rest.IndexOf('?', StringComparison.Ordinal);
        main = mark < 0 ? rest : rest[..mark];
        if (rest.Length > MaxLength)
        {
            return $"it has {rest.Length} characters, at most {MaxLength} are read";
        }

        foreach (string option in mark < 0 ? [] : rest[(mark + 1)..].Split('&'))
        {
            int equals = option.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? option : option[..equals];
            if (equals <= 0 || equals == option.Length - 1 || !names.Contains(name))
            {
                return $"'{option}' is no option here; options are {string.Join(", ", names)}, as in ?{names[0]}=VALUE";
            }

            if (!query._values.TryAdd(name, option[(equals + 1)..]))
            {
                return $"'{name}' is given twice";
            }
        }

        return null;
    }

    /// <summary>The one way these options are written: in the order of <paramref name="names"/>, and only those that are given.</summary>
    public string Write(IReadOnlyList<string> names)
    {
        string[] given = [.. names.Where(_values.ContainsKey).Select(name => $"{name}={_values[name]}")];
        return given.Length == 0 ? string.Empty : $"?{string.Join('&', given)}";
    }
}
