namespace Umbra.EndToEnd.Tests.Faults;

/// <summary>Tests that load the machine with processes of their own run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class ProcessesCollection
{
    public const string Name = "processes";
}
