using Umbra.Core.Input;

namespace Umbra.Sessions.Sources.Pattern;

/// <summary>
/// All input so far, as far as the picture shows it. Immutable: each event gives the next value. Texts and clicks are kept up to small
/// limits, the oldest go first.
/// </summary>
public sealed record PatternInput
{
    /// <summary>Characters of typed text kept.</summary>
    public const int MaxText = 160;

    /// <summary>Clicks kept.</summary>
    public const int MaxClicks = 8;

    private const uint BackSpace = 0xFF08;
    private const uint Return = 0xFF0D;
    private const uint KeypadEnter = 0xFF8D;
    private const uint UnicodeKeysym = 0x01000000;

    public static PatternInput None { get; } = new();

    /// <summary>What was typed since the last Return.</summary>
    public string Text { get; private init; } = "";

    /// <summary>Lines ended with Return.</summary>
    public int Returns { get; private init; }

    /// <summary>Where the pointer was last, null before it came.</summary>
    public PointerInput? Pointer { get; private init; }

    /// <summary>Where buttons went down, the oldest first; the buttons are those that were new.</summary>
    public IReadOnlyList<PointerInput> Clicks { get; private init; } = [];

    /// <summary>Keys go to the text line; BackSpace takes one away, Return starts afresh. Releases and other keys change nothing.</summary>
    public PatternInput With(KeyInput key)
    {
        if (!key.Down)
        {
            return this;
        }

        return key.Keysym switch
        {
            BackSpace => Text.Length == 0 ? this : this with { Text = Text[..^1] },
            Return or KeypadEnter => this with { Text = "", Returns = Returns + 1 },
            _ => CharacterOf(key.Keysym) is { } character ? this with { Text = Tail(Text + character) } : this,
        };
    }

    public PatternInput With(PointerInput pointer)
    {
        int pressed = pointer.Buttons & ~(Pointer?.Buttons ?? 0);
        PatternInput moved = pointer == Pointer ? this : this with { Pointer = pointer };
        if (pressed == 0)
        {
            return moved;
        }

        PointerInput click = pointer with { Buttons = (byte)pressed };
        return moved with { Clicks = [.. Clicks.Skip(Clicks.Count == MaxClicks ? 1 : 0), click] };
    }

    /// <summary>Latin-1 keysyms are their characters; the others above 0x01000000 carry Unicode.</summary>
    private static char? CharacterOf(uint keysym) => keysym switch
    {
        >= 0x20 and <= 0x7E or >= 0xA0 and <= 0xFF => (char)keysym,
        >= UnicodeKeysym + 0x100 and <= UnicodeKeysym + 0xFFFF => (char)(keysym - UnicodeKeysym),
        _ => null,
    };

    private static string Tail(string text) => text.Length <= MaxText ? text : text[^MaxText..];
}
