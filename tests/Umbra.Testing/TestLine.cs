namespace Umbra.Testing;

/// <summary>
/// A serial line between two devices of this machine, each way at the speed of its baud rate, with noise. It can be cut, and each device can be pulled out and put
/// back under the same path: what is on the way then is lost.
/// </summary>
public sealed class TestLine : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly PseudoTerminal?[] _ends = new PseudoTerminal?[2];
    private readonly LineDirection[] _directions;
    private readonly Thread[] _threads;
    private readonly CancellationTokenSource _over = new();

    /// <param name="baud">Ten bits to a byte; 0: as fast as it goes.</param>
    /// <param name="bitErrorRate">Of each bit to arrive as the other one.</param>
    public TestLine(int baud = 0, double bitErrorRate = 0, int seed = 1)
    {
        Paths = [_folder.Combine("ttyA"), _folder.Combine("ttyB")];
        Plug(0);
        Plug(1);
        _directions =
        [
            new LineDirection(() => Volatile.Read(ref _ends[0]), () => Volatile.Read(ref _ends[1]), baud / 10, new BitNoise(bitErrorRate, seed)),
            new LineDirection(() => Volatile.Read(ref _ends[1]), () => Volatile.Read(ref _ends[0]), baud / 10, new BitNoise(bitErrorRate, seed + 1)),
        ];
        _threads = [.. _directions.Select(d => new Thread(() => d.Run(_over.Token)) { IsBackground = true, Name = "test line" })];
        Array.ForEach(_threads, t => t.Start());
    }

    /// <summary>Of the devices at its two ends.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>While true, nothing arrives.</summary>
    public bool IsCut
    {
        get => _directions[0].IsCut;
        set => Array.ForEach(_directions, d => d.IsCut = value);
    }

    /// <summary>Bytes that arrived, both ways together.</summary>
    public long Carried => _directions.Sum(d => d.Carried);

    /// <summary>Pulls out the device at one end: who has it open loses it.</summary>
    public void Unplug(int end) => Interlocked.Exchange(ref _ends[end], null)?.Dispose();

    /// <summary>Puts back what was pulled out.</summary>
    public void Plug(int end) => _ends[end] = new PseudoTerminal(Paths[end]);

    public void Dispose()
    {
        _over.Cancel();
        Array.ForEach(_threads, t => t.Join());
        Unplug(0);
        Unplug(1);
        _folder.Dispose();
        _over.Dispose();
    }
}
