using Umbra.Testing;

namespace Umbra.EndToEnd.Tests.Faults;

/// <summary>A viewer that asks for a hundred pictures and reads none.</summary>
internal static class StuckViewer
{
    /// <summary>Tight with JPEG, as a viewer of video asks.</summary>
    public static IReadOnlyList<int> Video { get; } = [7, 1, -26, -223, -224];

    public static async Task<RfbTestClient> ConnectAsync(RfbTestOptions options)
    {
        using CancellationTokenSource timeout = new(NodePair.Patience);
        RfbTestClient viewer = await RfbTestClient.ConnectAsync(options, timeout.Token);
        await viewer.RequestAsync(isIncremental: false, timeout.Token);
        for (int i = 0; i < 100; i++)
        {
            await viewer.RequestAsync(isIncremental: true, timeout.Token);
        }

        return viewer;
    }
}
