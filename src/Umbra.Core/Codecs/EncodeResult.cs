namespace Umbra.Core.Codecs;

/// <summary>How many RFB rectangles were written for one damaged rectangle, and whether any of them lost detail.</summary>
public readonly record struct EncodeResult(int RectCount, bool IsLossy)
{
    public static EncodeResult operator +(EncodeResult a, EncodeResult b) => new(a.RectCount + b.RectCount, a.IsLossy || b.IsLossy);
}
