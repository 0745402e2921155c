using Umbra.Core.Input;
using Umbra.Core.Surfaces;

namespace Umbra.Sessions.Sources.Pattern;

/// <content>From one picture to the next, touching only what differs.</content>
public sealed partial class PatternPainter
{
    /// <summary>Pixels the list moves up per step.</summary>
    private const int ScrollRows = 2;

    /// <summary>
    /// Turns the picture of one state into that of another, and adds what happened: moves first, then damage (claimed, may be generous).
    /// The result equals <see cref="Paint"/> of the new state.
    /// </summary>
    public void Advance(Canvas canvas, PatternState from, PatternState to, List<Rect> damage, List<CopyMove> moves)
    {
        int firstDamage = damage.Count;
        if (Mode == PatternMode.Video && from.Step != to.Step)
        {
            damage.Add(Size.Bounds);
        }
        else
        {
            int scrolled = from.Step == to.Step ? 0 : AddStep(canvas, from.Step, to.Step, damage, moves);
            AddInput(from.Input, to.Input, scrolled, damage);
        }

        for (int i = firstDamage; i < damage.Count; i++)
        {
            PaintInside(canvas, damage[i], to);
        }
    }

    /// <returns>Rows the list was moved up by, marks of the pointer on it included.</returns>
    private int AddStep(Canvas canvas, uint from, uint to, List<Rect> damage, List<CopyMove> moves)
    {
        Add(damage, _layout.Header);
        Add(damage, _layout.BoxAt(from));
        Add(damage, _layout.BoxAt(to));
        Rect list = _layout.List;
        long rows = ((long)to - from) * ScrollRows;
        if (rows <= 0 || rows >= list.Height)
        {
            Add(damage, list);
            return 0;
        }

        CopyMove move = new(list.X, list.Y + (int)rows, list with { Height = list.Height - (int)rows });
        canvas.CopyWithin(move.SourceX, move.SourceY, move.Target);
        moves.Add(move);
        Add(damage, Rect.FromEdges(list.X, move.Target.Bottom, list.Right, list.Bottom));
        return (int)rows;
    }

    private void AddInput(PatternInput from, PatternInput to, int scrolled, List<Rect> damage)
    {
        if (from.Text != to.Text || from.Returns != to.Returns)
        {
            Add(damage, _layout.TextLine);
        }

        if (scrolled > 0 || !ReferenceEquals(from, to))
        {
            AddMarks(from, damage, 0);
            AddMarks(to, damage, 0);
        }

        if (scrolled > 0)
        {
            AddMarks(from, damage, -scrolled);
        }
    }

    /// <summary>The pointer's cross and the clicks, where they stand or where a move took them.</summary>
    private void AddMarks(PatternInput input, List<Rect> damage, int dy)
    {
        foreach (PointerInput click in input.Clicks)
        {
            Add(damage, ClickMark(click).Offset(0, dy).Intersect(_layout.Background));
        }

        if (input.Pointer is { } pointer)
        {
            Add(damage, PointerMark(pointer).Offset(0, dy).Intersect(_layout.Background));
        }
    }

    private void Add(List<Rect> damage, Rect rect)
    {
        if (!rect.IsEmpty && Size.Bounds.Contains(rect) && !damage.Contains(rect))
        {
            damage.Add(rect);
        }
    }
}
