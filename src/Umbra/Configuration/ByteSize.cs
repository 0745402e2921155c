using System.Globalization;

namespace Umbra.Configuration;

/// <summary>Numbers of bytes as people write them: <c>512MiB</c>, <c>2G</c>, <c>65536</c>. Without "i" and with "B" the unit is decimal,
/// as in <c>1GB</c>.</summary>
internal static class ByteSize
{
    private static readonly string[] Units = ["", "K", "M", "G", "T"];

    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        int digits = text.TakeWhile(char.IsAsciiDigit).Count();
        if (!long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out long number))
        {
            return false;
        }

        string suffix = text[digits..].Trim().ToUpperInvariant();
        bool isDecimal = suffix.Length == 2 && suffix[1] == 'B';
        string unit = suffix.TrimEnd('B').TrimEnd('I');
        int power = Array.IndexOf(Units, unit);
        if (power < 0 || (power == 0 && suffix.Contains('I', StringComparison.Ordinal))
            || (suffix != unit && suffix != unit + "B" && suffix != unit + "IB" && suffix != unit + "I"))
        {
            return false;
        }

        decimal value = number;
        for (int i = 0; i < power; i++)
        {
            value *= isDecimal ? 1000 : 1024;
        }

        bytes = value <= long.MaxValue ? (long)value : 0;
        return value <= long.MaxValue;
    }

    /// <summary>Exact where the value is a whole number of a unit, else with one decimal.</summary>
    public static string Format(long bytes)
    {
        double value = bytes;
        int unit = 0;
        while (Math.Abs(value) >= 1024 && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#}{(unit == 0 ? "B" : Units[unit] + "iB")}");
    }
}
