using System.CommandLine.Parsing;
using System.Globalization;
using Umbra.Api;
using Umbra.Core.Surfaces;

namespace Umbra.Commands;

/// <summary>Readers of option and argument values; a wrong one becomes an error that says what is allowed.</summary>
internal static class Parsers
{
    /// <summary><c>1280x800</c>.</summary>
    public static SizeInfo? Size(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        string[] parts = text.Split('x', 'X');
        if (parts.Length == 2 && TryNumber(parts[0], out int width) && TryNumber(parts[1], out int height)
            && new Size(width, height).IsValid)
        {
            return new SizeInfo(width, height);
        }

        result.AddError($"'{text}' is not a size: give WIDTHxHEIGHT, each 1 to {Core.Surfaces.Size.MaxEdge}, as in 1280x800");
        return null;
    }

    /// <summary><c>10s</c>, <c>1h30m</c>; longer than nothing.</summary>
    public static TimeSpan Duration(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (Configuration.Duration.TryParse(text, out TimeSpan duration) && duration > TimeSpan.Zero && duration < TimeSpan.FromDays(8))
        {
            return duration;
        }

        result.AddError($"'{text}' is not a duration: give a number and a unit (ms, s, m, h, d), as in 30s");
        return TimeSpan.FromSeconds(1);
    }

    /// <summary>SESSION or SESSION@NODE.</summary>
    public static SessionAddress Session(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (!SessionAddress.TryParse(text, out SessionAddress address))
        {
            result.AddError($"'{text}' is neither SESSION nor SESSION@NODE: a name is {Names.Rule}");
        }

        return address;
    }

    /// <summary>A session's or node's name.</summary>
    public static string Name(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (!Names.IsValid(text))
        {
            result.AddError($"'{text}' is not a name: a name is {Names.Rule}");
        }

        return text;
    }

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
