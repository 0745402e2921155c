using System.Collections;
using Umbra.Memory;

namespace Umbra.Configuration;

/// <summary>The machine and user, as far as defaults depend on them.</summary>
internal sealed record SettingsEnvironment(IReadOnlyDictionary<string, string> Variables, bool IsRoot, string Home)
{
    /// <summary>Variables of ours that are no settings of a node: which node to talk to, and which file to read.</summary>
    public static IReadOnlyList<string> OtherVariables { get; } = ["UMBRA_API", "UMBRA_CONFIG"];

    public static SettingsEnvironment Current()
    {
        Dictionary<string, string> variables = [];
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            variables[(string)entry.Key] = (string?)entry.Value ?? "";
        }

        return new SettingsEnvironment(variables, Environment.IsPrivilegedProcess,
            Environment.GetFolderPath(Environment.SpecialFolder.UserProfile))
        { Memory = ProcessMemory.Read() };
    }

    /// <summary>Null where unset or empty.</summary>
    public string? Variable(string name) => Variables.TryGetValue(name, out string? value) && value.Length > 0 ? value : null;

    public NodeSettings Defaults()
    {
        string state = IsRoot ? "/var/lib/umbra"
            : Path.Combine(Variable("XDG_STATE_HOME") ?? Path.Combine(Home, ".local", "state"), "umbra");
        return new NodeSettings { StateDirectory = state, RuntimeDirectory = RuntimeDirectory(state), ProcessLimit = Memory.Bytes };
    }

    /// <summary>The default one; without XDG_RUNTIME_DIR it lies in the state directory.</summary>
    public string RuntimeDirectory(string stateDirectory) =>
        IsRoot ? "/run/umbra" : Variable("XDG_RUNTIME_DIR") is { } runtime ? Path.Combine(runtime, "umbra")
            : Path.Combine(stateDirectory, "run");

    /// <summary>What there is for this process.</summary>
    public ProcessMemory Memory { get; init; } = new(null, []);

    /// <summary>The administrator's file.</summary>
    public string SystemFile { get; init; } = "/etc/umbra/umbra.yaml";

    /// <summary>Files read when none is named; later ones over earlier ones.</summary>
    public IEnumerable<string> UsualFiles() =>
        [SystemFile, Path.Combine(Variable("XDG_CONFIG_HOME") ?? Path.Combine(Home, ".config"), "umbra", "umbra.yaml")];
}
