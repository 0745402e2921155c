using System.Diagnostics;

namespace Umbra.EndToEnd.Tests.Faults;

/// <summary>Waits for what another process does.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Until the condition holds.</summary>
    /// <exception cref="TimeoutException">It did not come to hold; with <paramref name="what"/> and what <paramref name="state"/> says.</exception>
    public static async Task TrueAsync(Func<Task<bool>> condition, string what, Func<string>? state = null)
    {
        for (Stopwatch waited = Stopwatch.StartNew(); !await condition();)
        {
            if (waited.Elapsed > NodePair.Patience)
            {
                throw new TimeoutException($"not within {NodePair.Patience.TotalSeconds} s: {what}\n{state?.Invoke()}");
            }

            await Task.Delay(Pause);
        }
    }

    public static Task TrueAsync(Func<bool> condition, string what, Func<string>? state = null) =>
        TrueAsync(() => Task.FromResult(condition()), what, state);
}
