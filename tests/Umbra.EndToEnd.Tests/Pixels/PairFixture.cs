using Umbra.EndToEnd.Tests.Faults;

namespace Umbra.EndToEnd.Tests.Pixels;

/// <summary>Two nodes for all tests of a class; each test brings its own desktop.</summary>
public sealed class PairFixture : IAsyncLifetime
{
    internal NodePair Pair { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Pair = await NodePair.StartAsync();

    public ValueTask DisposeAsync() => Pair.DisposeAsync();
}
