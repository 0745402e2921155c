namespace Umbra.Benchmarks;

/// <summary>This program, started again as another part of a benchmark.</summary>
internal static class OwnProgram
{
    /// <summary>It is killed at the end, and the runtime would leave its diagnostic sockets in the temp folder.</summary>
    public static IReadOnlyDictionary<string, string?> Variables { get; } = new Dictionary<string, string?> { ["DOTNET_EnableDiagnostics"] = "0" };
}
