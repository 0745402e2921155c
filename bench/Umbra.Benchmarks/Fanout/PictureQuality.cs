using Umbra.Testing;

namespace Umbra.Benchmarks.Fanout;

/// <summary>How near a viewer's picture is to the drawn one while it moves.</summary>
/// <param name="Decibels">PSNR over the three channels; positive infinity: the same.</param>
/// <param name="BytesPerScreen">What a picture took.</param>
internal sealed record PictureQuality(string Workload, string Server, double Decibels, double BytesPerScreen)
{
    private const double Peak = 255;

    /// <param name="seen">BGRX, rows without gaps, as large as what was drawn.</param>
    public static double Compare(BgrxImage drawn, ReadOnlySpan<byte> seen)
    {
        double squares = 0;
        for (int i = 0; i < seen.Length; i++)
        {
            int difference = i % 4 == 3 ? 0 : drawn.Pixels[i] - seen[i];
            squares += difference * difference;
        }

        double mean = squares / (seen.Length / 4 * 3);
        return mean == 0 ? double.PositiveInfinity : 10 * Math.Log10(Peak * Peak / mean);
    }
}
