using System.Globalization;

namespace Umbra.Configuration;

/// <summary>Times as people write them: <c>30s</c>, <c>5m</c>, <c>1h30m</c>, <c>250ms</c>, <c>7d</c>. A unit is always written.</summary>
internal static class Duration
{
    private static readonly (string Unit, TimeSpan Value)[] Units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)),
        ("d", TimeSpan.FromDays(1)),
        ("h", TimeSpan.FromHours(1)),
        ("m", TimeSpan.FromMinutes(1)),
        ("s", TimeSpan.FromSeconds(1)),
    ];

    private const int MaxDigits = 9;

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        string rest = text;
        while (rest.Length > 0)
        {
            int digits = rest.TakeWhile(char.IsAsciiDigit).Count();
            (string unit, TimeSpan value) = Units.FirstOrDefault(u => rest.AsSpan(digits).StartsWith(u.Unit, StringComparison.Ordinal));
            if (digits is 0 or > MaxDigits || unit is null)
            {
                return false;
            }

            double milliseconds = duration.TotalMilliseconds + (value.TotalMilliseconds * long.Parse(rest.AsSpan(0, digits),
                CultureInfo.InvariantCulture));
            if (milliseconds > TimeSpan.FromDays(36_500).TotalMilliseconds)
            {
                return false;
            }

            duration = TimeSpan.FromMilliseconds(milliseconds);
            rest = rest[(digits + unit.Length)..];
        }

        return text.Length > 0;
    }

    /// <summary>The shortest text that <see cref="TryParse"/> reads back, to the millisecond.</summary>
    public static string Format(TimeSpan duration)
    {
        long left = (long)duration.TotalMilliseconds;
        string text = "";
        foreach ((string unit, TimeSpan value) in Units.Skip(1).Append(Units[0]))
        {
            long count = left / (long)value.TotalMilliseconds;
            left %= (long)value.TotalMilliseconds;
            text += count > 0 ? string.Create(CultureInfo.InvariantCulture, $"{count}{unit}") : "";
        }

        return text.Length > 0 ? text : "0s";
    }
}
