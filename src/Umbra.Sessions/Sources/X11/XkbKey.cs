namespace Umbra.Sessions.Sources.X11;

/// <summary>A key's symbols: groups (layouts) of levels.</summary>
/// <param name="Types">One for each group.</param>
/// <param name="GroupInfo">Bits 6 and 7: what becomes of a group the key does not have; bits 4 and 5: the one to take then.</param>
/// <param name="Width">Levels of each group in <paramref name="Symbols"/>.</param>
/// <param name="Modifiers">Bits that the key sets while it is held; 0 for most.</param>
internal sealed record XkbKey(IReadOnlyList<XkbKeyType> Types, byte GroupInfo, int Width, IReadOnlyList<uint> Symbols, byte Modifiers)
{
    public static readonly XkbKey None = new([], 0, 0, [], 0);
    private const int OutOfRange = 0xC0;
    private const int Clamp = 0x40;
    private const int Redirect = 0x80;

    public bool IsFree => Modifiers == 0 && Symbols.All(symbol => symbol == 0);

    /// <summary>The group that is in force on this key while the keyboard has this one (XKB protocol, 7.3).</summary>
    public int GroupOf(int group)
    {
        int count = Types.Count;
        return count == 0 || group < count ? group : (GroupInfo & OutOfRange) switch
        {
            Clamp => count - 1,
            Redirect => ((GroupInfo >> 4) & 3) < count ? (GroupInfo >> 4) & 3 : 0,
            _ => group % count,
        };
    }

    public uint Symbol(int group, int level)
    {
        int index = (group * Width) + level;
        return group < Types.Count && level < Width && index < Symbols.Count ? Symbols[index] : 0;
    }
}
