using Umbra.Core.Surfaces;

namespace Umbra.Sessions.Sources.Pattern;

/// <summary>Where the parts of the pattern lie in a picture of a given size; parts that find no room are empty.</summary>
internal sealed class PatternLayout
{
    /// <summary>Edge of the moving box.</summary>
    public const int BoxEdge = 56;
    private const int TextHeight = 28;
    private const int Margin = 24;

    public PatternLayout(Size size)
    {
        Rect all = size.Bounds;
        Header = all with { Height = Math.Min(size.Height, PatternMarker.Height) };
        TextLine = all.Intersect(new Rect(0, size.Height - TextHeight, size.Width, TextHeight)).Intersect(Below(all, Header));
        Rect middle = Rect.FromEdges(0, Header.Bottom, size.Width, Math.Max(Header.Bottom, TextLine.IsEmpty ? size.Height : TextLine.Y));
        Background = middle;
        int half = size.Width / 2;
        List = Positive(Rect.FromEdges(half + Margin, middle.Y + Margin, size.Width - Margin, middle.Bottom - Margin));
        BoxTrack = Positive(Rect.FromEdges(Margin, middle.Y + Margin, half - Margin, middle.Bottom - Margin));
    }

    /// <summary>Marker and counter.</summary>
    public Rect Header { get; }

    /// <summary>What was typed.</summary>
    public Rect TextLine { get; }

    /// <summary>Bars and grid, all between header and text line.</summary>
    public Rect Background { get; }

    /// <summary>The scrolling list.</summary>
    public Rect List { get; }

    /// <summary>The part the box moves in.</summary>
    public Rect BoxTrack { get; }

    /// <summary>The box at a step: to and fro on both axes.</summary>
    public Rect BoxAt(uint step) => new Rect(
        BoxTrack.X + Bounce(step * 7L, BoxTrack.Width - BoxEdge),
        BoxTrack.Y + Bounce(step * 5L, BoxTrack.Height - BoxEdge),
        BoxEdge, BoxEdge).Intersect(BoxTrack);

    private static int Bounce(long distance, int length)
    {
        if (length <= 0)
        {
            return 0;
        }

        int place = (int)(distance % (2L * length));
        return place <= length ? place : (2 * length) - place;
    }

    private static Rect Below(Rect all, Rect header) => Positive(Rect.FromEdges(0, header.Bottom, all.Right, all.Bottom));

    private static Rect Positive(Rect rect) => rect.IsEmpty ? default : rect;
}
