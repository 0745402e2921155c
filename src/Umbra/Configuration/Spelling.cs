namespace Umbra.Configuration;

/// <summary>Finds what somebody probably meant.</summary>
internal static class Spelling
{
    /// <summary>"; did you mean X?" or nothing.</summary>
    public static string Suggest(string written, IEnumerable<string> known)
    {
        (string? best, int distance) = known.Select(k => (k, Distance(written.ToUpperInvariant(), k.ToUpperInvariant())))
            .MinBy(pair => pair.Item2);
        return best is not null && distance <= Math.Max(2, best.Length / 3) ? $"; did you mean {best}?" : "";
    }

    /// <summary>Letters to insert, remove or change (Levenshtein).</summary>
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitute, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
