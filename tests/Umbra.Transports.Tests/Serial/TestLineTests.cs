using System.Numerics;
using Umbra.Testing;
using Umbra.Transports.Serial;
using Umbra.Transports.Tests.Contract;

namespace Umbra.Transports.Tests.Serial;

/// <summary>The line the other tests stand on is itself a serial line.</summary>
public sealed class TestLineTests
{
    [Fact]
    public void Noise_OneInAThousand_TurnsAboutThatManyBits()
    {
        byte[] bytes = new byte[1_000_000];
        BitNoise noise = new(1e-3, seed: 5);
        for (int at = 0; at < bytes.Length; at += 1000)
        {
            noise.Apply(bytes.AsSpan(at, 1000));
        }

        Assert.InRange(bytes.Sum(b => BitOperations.PopCount(b)), 7_500, 8_500);
    }

    [Fact]
    public async Task Carry_AtABaudRate_TakesAtLeastAsLongAsItShould()
    {
        using TestLine test = new(baud: 57_600);
        SerialSettings unpaced = new() { IsPaced = false };
        await using SerialLine a = SerialLine.Open(test.Paths[0], unpaced, 600, TimeProvider.System, CancellationToken.None);
        await using SerialLine b = SerialLine.Open(test.Paths[1], unpaced, 600, TimeProvider.System, CancellationToken.None);
        long start = TimeProvider.System.GetTimestamp();

        await a.WriteAsync(new byte[2880]);
        byte[] bytes = new byte[2880];
        for (int at = 0; at < bytes.Length;)
        {
            at += await b.ReadAsync(bytes.AsMemory(at)).AsTask().WaitAsync(Handlers.Limit);
        }

        // Half a second at 5760 bytes a second, less what the slack of its clock gives.
        Assert.True(TimeProvider.System.GetElapsedTime(start) > TimeSpan.FromSeconds(0.45));
        Assert.Equal(2880, test.Carried);
    }
}
