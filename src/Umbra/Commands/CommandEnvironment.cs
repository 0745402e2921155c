using Microsoft.AspNetCore.Builder;
using Umbra.Api;
using Umbra.Configuration;
using Umbra.Memory;
using Umbra.Node;

namespace Umbra.Commands;

/// <summary>The world as the commands see it; tests give them another one.</summary>
internal sealed record CommandEnvironment
{
    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Standard output for bytes, as in <c>umbra snapshot alice -</c>.</summary>
    public required Stream OutBytes { get; init; }

    public required TextReader In { get; init; }

    /// <summary>Whether a person reads: colours and lines then, plain columns otherwise.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>The terminal a person sits at; null where there is none, or no keyboard with it.</summary>
    public ITerminal? Terminal { get; init; }

    /// <summary>How long who presses the tab key waits for the node, before there are no words from it.</summary>
    public TimeSpan CompletionTimeout { get; init; } = TimeSpan.FromMilliseconds(400);

    public required SettingsEnvironment Settings { get; init; }

    /// <summary>What <c>umbra serve</c> runs: registers <see cref="INodeOperations"/>, adds listeners and services.</summary>
    public Action<WebApplicationBuilder, NodeSettings> Compose { get; init; } = NodeComposition.Compose;

    /// <summary>What <c>umbra node init</c> does: makes keys and certificate authority in the state directory and says who the node is now.</summary>
    public Func<string, NodeSettings, NodeInfo> InitializeNode { get; init; } = NodeComposition.Initialize;

    /// <summary>Holds this process to a plan. Only a process that is a node and nothing else can be.</summary>
    public Action<MemoryPlan> Hold { get; init; } = _ => { };

    /// <summary>This process.</summary>
    public static CommandEnvironment Current() => new()
    {
        Out = Console.Out,
        Error = Console.Error,
        OutBytes = Console.OpenStandardOutput(),
        In = Console.In,
        IsTerminal = !Console.IsOutputRedirected,
        Terminal = SystemTerminal.Current(),
        Settings = SettingsEnvironment.Current(),
        Hold = ProcessMemory.Hold,
    };
}
