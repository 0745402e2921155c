using System.Diagnostics;
using System.Globalization;

namespace Umbra.Sessions.Tests.FrontEnds;

/// <summary>
/// How long conversations are tried: a fixed number of seeds in the suite, or as many as fit in UMBRA_FUZZ_SECONDS, from another seed each
/// time
/// (UMBRA_FUZZ_SEED repeats one).
/// </summary>
internal static class FuzzBudget
{
    private const int Few = 400;

    private static int? Read(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? value : null;

    public static IEnumerable<int> Seeds()
    {
        if (Read("UMBRA_FUZZ_SEED") is { } one)
        {
            yield return one;
        }
        else if (Read("UMBRA_FUZZ_SECONDS") is { } seconds)
        {
            Stopwatch clock = Stopwatch.StartNew();
            for (int seed = Environment.TickCount & 0xFFFFFF; clock.Elapsed < TimeSpan.FromSeconds(seconds); seed++)
            {
                yield return seed;
            }
        }
        else
        {
            for (int seed = 1; seed <= Few; seed++)
            {
                yield return seed;
            }
        }
    }
}
