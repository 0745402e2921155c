using System.Globalization;

namespace Umbra.Commands;

/// <summary>Values as people read them; enums as the API writes them.</summary>
internal static class Words
{
    public static string Of<T>(T value) where T : struct, Enum
    {
        string name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    /// <summary>Local time to the second.</summary>
    public static string Of(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    public static string Of(long number) => number.ToString(CultureInfo.InvariantCulture);
}
