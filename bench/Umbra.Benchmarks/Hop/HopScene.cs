namespace Umbra.Benchmarks.Hop;

/// <summary>What is measured between two nodes.</summary>
/// <param name="Links">Transports of the link, see <see cref="TwoNodes"/>.</param>
internal sealed record HopScene(int Width, int Height, IReadOnlyList<Workload> Workloads, IReadOnlyList<string> Links)
{
    /// <summary>A desktop over wires of a machine.</summary>
    public static HopScene Desktop(IReadOnlyList<string> links) => new(1280, 800, [Workload.SmallChange, Workload.Video, Workload.Typing], links);

    /// <summary>Somebody who types at a small desktop over a serial line, clean and noisy.</summary>
    public static HopScene Serial { get; } = new(640, 480, [Workload.SlowTyping], [TwoNodes.Serial, TwoNodes.NoisySerial]);
}
