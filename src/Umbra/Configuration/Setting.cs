using System.Text;

namespace Umbra.Configuration;

/// <summary>One setting: its key in a file, and from that its environment variable and option.</summary>
/// <param name="Allowed">What may be written, for messages and documentation.</param>
/// <param name="Default">For people.</param>
/// <param name="Apply">The settings with the items written in; <see cref="FormatException"/> where an item is not
/// <paramref name="Allowed"/>.</param>
/// <param name="WhyNot">Says of an item that is not allowed what is wrong with it, where that tells more than
/// <paramref name="Allowed"/>.</param>
internal sealed record Setting(
    string Key, string Summary, string Allowed, string Default, bool IsList, Func<NodeSettings, IReadOnlyList<string>, NodeSettings> Apply,
    Func<string, string?>? WhyNot = null)
{
    public string Option => $"--{Split('-')}";

    public string Variable => $"UMBRA_{Split('_').ToUpperInvariant()}";

    private string Split(char separator)
    {
        StringBuilder text = new();
        foreach (char c in Key)
        {
            if (char.IsUpper(c))
            {
                text.Append(separator);
            }

            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }
}
