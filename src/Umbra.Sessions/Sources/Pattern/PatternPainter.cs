using System.Globalization;
using System.Numerics;
using Umbra.Core.Input;
using Umbra.Core.Memory;
using Umbra.Core.Surfaces;
using Umbra.Core.Surfaces.Text;

namespace Umbra.Sessions.Sources.Pattern;

/// <summary>
/// Paints the test pattern: the same state gives the same pixels, always. Tests use it to know what a viewer must see at a step.
/// The whole scene is painted through a clip, so a small change costs its own area only. Not thread-safe.
/// </summary>
public sealed partial class PatternPainter : IDisposable
{
    private const uint Ink = 0xF4F6F8;
    private const uint Ground = 0x14181E;
    private const uint GridLine = 0x20262E;
    private const uint ListGround = 0xFBFBF8;
    private const uint ListInk = 0x22262B;
    private const uint BoxEdgeColour = 0x101010;
    private const uint BoxColour = 0xE8A020;
    private const uint PointerColour = 0xFF3060;
    private const int GridPitch = 40;
    private const int LineHeight = 14;
    private const int TextScale = 2;
    private static readonly uint[] Bars = [0xD8D8D8, 0xC8C020, 0x20B8C0, 0x28B040, 0xB838B0, 0xC03030, 0x2848C0, 0x303030];
    private readonly PatternLayout _layout;
    private readonly Plasma? _plasma;

    public PatternPainter(BufferPool pool, Account account, Size size, PatternMode mode)
    {
        Size = size;
        Mode = mode;
        _layout = new PatternLayout(size);
        _plasma = mode == PatternMode.Video ? new Plasma(pool, account, size.Width) : null;
    }

    public Size Size { get; }

    public PatternMode Mode { get; }

    /// <summary>Paints the whole picture of a state.</summary>
    public void Paint(Canvas canvas, PatternState state) => PaintInside(canvas, Size.Bounds, state);

    public void Dispose() => _plasma?.Dispose();

    private void PaintInside(Canvas canvas, Rect clip, PatternState state)
    {
        if (_plasma is null)
        {
            PaintBackground(canvas, clip);
            PaintBox(canvas, clip, state.Step);
            PaintList(canvas, clip.Intersect(_layout.List), state.Step);
        }
        else
        {
            PaintPlasma(canvas, clip, state.Step);
        }

        PaintHeader(canvas, clip.Intersect(_layout.Header), state.Step);
        PaintTextLine(canvas, clip.Intersect(_layout.TextLine), state.Input);
        PaintPointer(canvas, clip.Intersect(_layout.Background), state.Input);
    }

    private void PaintPlasma(Canvas canvas, Rect clip, uint step)
    {
        clip = clip.Intersect(_layout.Background);
        for (int y = clip.Y; y < clip.Bottom; y++)
        {
            _plasma!.PaintRow(canvas.Row(clip.X, y, clip.Width), clip.X, y, step);
        }
    }

    private void PaintBackground(Canvas canvas, Rect clip)
    {
        clip = clip.Intersect(_layout.Background);
        canvas.Fill(clip, Ground);
        int barsTop = _layout.Background.Bottom - (_layout.Background.Height / 4);
        for (int i = 0; i < Bars.Length; i++)
        {
            int left = Size.Width * i / Bars.Length;
            int right = Size.Width * (i + 1) / Bars.Length;
            canvas.Fill(Rect.FromEdges(left, barsTop, right, _layout.Background.Bottom).Intersect(clip), Bars[i]);
        }

        for (int x = GridPitch; x < Size.Width; x += GridPitch)
        {
            canvas.Fill(Rect.FromEdges(x, _layout.Background.Y, x + 1, barsTop).Intersect(clip), GridLine);
        }

        for (int y = GridPitch; y < barsTop; y += GridPitch)
        {
            canvas.Fill(new Rect(0, y, Size.Width, 1).Intersect(clip), GridLine);
        }
    }

    private void PaintBox(Canvas canvas, Rect clip, uint step)
    {
        Rect box = _layout.BoxAt(step);
        canvas.Fill(box.Intersect(clip), BoxEdgeColour);
        Rect inside = Rect.FromEdges(box.X + 2, box.Y + 2, box.Right - 2, box.Bottom - 2);
        canvas.Fill(inside.Intersect(clip), BoxColour);
        string label = (step % 1000).ToString("D3", CultureInfo.InvariantCulture);
        BitmapFont.Draw(canvas, inside.Intersect(clip), box.X + 11, box.Y + 19, label, BoxEdgeColour, TextScale);
    }

    /// <summary>The list as one endless sheet that moves up by <see cref="ScrollRows"/> a step.</summary>
    private void PaintList(Canvas canvas, Rect clip, uint step)
    {
        canvas.Fill(clip, ListGround);
        long top = (long)step * ScrollRows;
        long first = (top + clip.Y - _layout.List.Y) / LineHeight;
        for (long line = first; ; line++)
        {
            int y = (int)(_layout.List.Y + (line * LineHeight) - top);
            if (y >= clip.Bottom)
            {
                return;
            }

            BitmapFont.Draw(canvas, clip, _layout.List.X + 8, y + 2, PatternText.Line(line), ListInk);
        }
    }

    private void PaintHeader(Canvas canvas, Rect clip, uint step)
    {
        canvas.Fill(clip, 0);
        PatternMarker.Draw(canvas, clip, step);
        string mode = Mode switch { PatternMode.Still => "still", PatternMode.Marker => "marker", _ => "video" };
        string text = string.Create(CultureInfo.InvariantCulture, $"step {step:D6}  {Size}  {mode}");
        BitmapFont.Draw(canvas, clip, PatternMarker.Width + 12, 3, text, Ink);
    }

    private void PaintTextLine(Canvas canvas, Rect clip, PatternInput input)
    {
        canvas.Fill(clip, 0x000000);
        int room = Math.Max(1, (Size.Width - 16) / (BitmapFont.CellWidth * TextScale));
        string text = $"{input.Returns}> {input.Text}_";
        string shown = text.Length <= room ? text : text[^room..];
        BitmapFont.Draw(canvas, clip, 8, _layout.TextLine.Y + 5, shown, Ink, TextScale);
    }

    private static void PaintPointer(Canvas canvas, Rect clip, PatternInput input)
    {
        foreach (PointerInput click in input.Clicks)
        {
            canvas.Fill(ClickMark(click).Intersect(clip), Bars[BitOperations.TrailingZeroCount(click.Buttons) % Bars.Length]);
        }

        if (input.Pointer is { } pointer)
        {
            Rect cross = PointerMark(pointer);
            canvas.Fill((cross with { Y = pointer.Y, Height = 1 }).Intersect(clip), PointerColour);
            canvas.Fill((cross with { X = pointer.X, Width = 1 }).Intersect(clip), PointerColour);
            Rect held = new(pointer.X - 3, pointer.Y - 3, 7, 7);
            canvas.Fill(held.Intersect(pointer.Buttons != 0 ? clip : default), PointerColour);
        }
    }

    private static Rect ClickMark(PointerInput click) => new(click.X - 6, click.Y - 6, 13, 13);

    private static Rect PointerMark(PointerInput pointer) => new(pointer.X - 12, pointer.Y - 12, 25, 25);
}
