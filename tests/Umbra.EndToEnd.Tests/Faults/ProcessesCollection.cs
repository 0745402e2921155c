namespace Umbra.EndToEnd.Tests.Faults;

/// <summary>Tests that look at rates, times and memory of processes run one after the other, when all others are through.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessesCollection
{
    public const string Name = "processes";
}
