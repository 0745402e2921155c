using Umbra.Core.Memory;
using Umbra.Testing;

namespace Umbra.Transports.Tests.Reliable;

/// <summary>What arrives of what a wire could carry. In virtual time, so that it is the same on any machine.</summary>
public sealed class GoodputTests : PoolTest
{
    /// <summary>What a simulation of ideal selective repeat brings; ours is to come near it.</summary>
    [Theory]
    [InlineData(0, 9.4)]
    [InlineData(0.01, 7.7)]
    [InlineData(0.05, 6.2)]
    [InlineData(0.1, 4.8)]
    public void Datagrams_WithLoss_BringMostOfTheIdeal(double loss, double ideal)
    {
        Goodput goodput = Goodput.OfDatagrams(Pool.AsMemoryPool(BufferTag.Test, Account), loss, hasCongestionControl: false);
        Goodput fair = Goodput.OfDatagrams(Pool.AsMemoryPool(BufferTag.Test, Account), loss, hasCongestionControl: true);
        TestContext.Current.TestOutputHelper!.WriteLine($"{loss}: {goodput.BitsPerSecond / 1e6:0.00} x{goodput.SendingsPerPacket:0.000}; fair {fair.BitsPerSecond / 1e6:0.00} x{fair.SendingsPerPacket:0.000}");

        Assert.InRange(goodput.BitsPerSecond / 1e6, ideal * 0.8, 10);
        Assert.InRange(fair.BitsPerSecond / 1e6, 0.1, 10);
    }

    [Theory]
    [InlineData(0, 0.93)]
    [InlineData(1e-5, 0.85)]
    [InlineData(1e-4, 0.7)]
    [InlineData(3e-4, 0.5)]
    public void Line_WithBitErrors_BringsMostOfItsRate(double bitErrors, double part)
    {
        Goodput goodput = Goodput.OfLine(Pool.AsMemoryPool(BufferTag.Test, Account), bitErrors);
        TestContext.Current.TestOutputHelper!.WriteLine($"{bitErrors}: {goodput.BitsPerSecond / 92160:0.000} x{goodput.SendingsPerPacket:0.000}");

        Assert.InRange(goodput.BitsPerSecond / 92_160, part, 1);
    }
}
