namespace Umbra.Benchmarks.Fanout;

/// <summary>What a viewer was sent so far.</summary>
/// <param name="Screens">Updates that hold something of the step number.</param>
internal readonly record struct SkimCount(long Updates, long Screens, long Rectangles, long Pixels, long Bytes)
{
    public static SkimCount operator -(SkimCount later, SkimCount earlier) => new(
        later.Updates - earlier.Updates,
        later.Screens - earlier.Screens,
        later.Rectangles - earlier.Rectangles,
        later.Pixels - earlier.Pixels,
        later.Bytes - earlier.Bytes);
}
