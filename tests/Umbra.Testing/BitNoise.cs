namespace Umbra.Testing;

/// <summary>Turns single bits over at random, the same ones for the same seed.</summary>
/// <param name="rate">Of each bit to be turned over; 0: none is.</param>
public sealed class BitNoise(double rate, int seed)
{
    private readonly Random _random = new(seed);
    private long _clean = -1;

    public void Apply(Span<byte> bytes)
    {
        if (rate == 0)
        {
            return;
        }

        if (_clean < 0)
        {
            _clean = NextDistance();
        }

        for (; _clean < 8L * bytes.Length; _clean += 1 + NextDistance())
        {
            bytes[(int)(_clean / 8)] ^= (byte)(1 << (int)(_clean % 8));
        }

        _clean -= 8L * bytes.Length;
    }

    /// <summary>How many bits go well before the next that does not.</summary>
    private long NextDistance() => (long)(Math.Log(1 - _random.NextDouble()) / Math.Log(1 - rate));
}
