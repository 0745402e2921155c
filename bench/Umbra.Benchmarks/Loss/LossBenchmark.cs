using System.Buffers;
using System.Globalization;
using Umbra.Core.Memory;
using Umbra.Transports.Tests.Reliable;

namespace Umbra.Benchmarks.Loss;

/// <summary>What the reliable stream brings over wires that lose packets: the machines and wires of the tests, in virtual time, so that the figures are the same each time.</summary>
internal sealed class LossBenchmark(RunOptions options, CancellationToken cancellationToken)
{
    private static readonly double[] Losses = [0, 0.01, 0.05, 0.1];
    private static readonly double[] BitErrors = [0, 1e-5, 1e-4, 3e-4];

    public LossReport Run()
    {
        Machine before = Machine.Read();
        using BufferPool pool = new();
        MemoryPool<byte> memory = pool.AsMemoryPool(BufferTag.Test, pool.Root);
        List<LossResult> results = [];
        foreach (double loss in Losses)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Goodput alone = Goodput.OfDatagrams(memory, loss, hasCongestionControl: false);
            Goodput fair = Goodput.OfDatagrams(memory, loss, hasCongestionControl: true);
            results.Add(new LossResult("datagrams, 10 Mb/s, 40 ms", loss == 0 ? "none" : $"{loss.ToString("0 %", CultureInfo.InvariantCulture)} of packets", 10e6, alone, fair));
        }

        foreach (double errors in BitErrors)
        {
            cancellationToken.ThrowIfCancellationRequested();
            results.Add(new LossResult("serial line, 115200 baud", errors == 0 ? "none" : $"{errors.ToString("0.#e0", CultureInfo.InvariantCulture)} of bits", 92_160, Goodput.OfLine(memory, errors), null));
        }

        return new LossReport(options, before, Machine.Read(), results);
    }
}
