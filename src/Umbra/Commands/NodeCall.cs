using System.CommandLine;
using Umbra.Api;

namespace Umbra.Commands;

/// <summary>What a command that talks to a node has at hand.</summary>
internal sealed record NodeCall(INodeOperations Node, ParseResult Arguments, Report Report, CommandEnvironment Environment,
    CancellationToken CancellationToken)
{
    public T Get<T>(Argument<T> argument) => Arguments.GetRequiredValue(argument);

    public T? Get<T>(Option<T> option) => Arguments.GetValue(option);
}
