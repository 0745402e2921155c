namespace Umbra.EndToEnd.Tests.Faults;

/// <summary>Whether the runs are as long as the claims: UMBRA_LONG=1. Without it they are as short as still tells.</summary>
internal static class Long
{
    public static bool IsWanted { get; } = Environment.GetEnvironmentVariable("UMBRA_LONG") == "1";
}
