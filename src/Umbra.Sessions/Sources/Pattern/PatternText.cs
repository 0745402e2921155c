using System.Globalization;

namespace Umbra.Sessions.Sources.Pattern;

/// <summary>Lines of text for the list: number and words, the same for the same number.</summary>
internal static class PatternText
{
    private static readonly string[] Words =
    [
        "session", "opened", "for", "alice", "on", "server-b", "viewer", "joined",
        "frame", "tile", "sent", "input", "released", "link", "ready", "closed",
    ];

    public static string Line(long number)
    {
        ulong random = ((ulong)number * 0x9E3779B97F4A7C15) ^ 0xD1B54A32D192ED03;
        random ^= random >> 29;
        string words = string.Join(' ', Enumerable.Range(0, 4 + (int)(random & 3)).Select(i => Words[(random >> (8 + (i * 5))) & 15]));
        return number.ToString("D7", CultureInfo.InvariantCulture) + "  " + words;
    }
}
