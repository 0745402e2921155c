namespace Umbra.Sessions.Sources.X11;

/// <summary>How modifiers choose among a key's symbols (XKB protocol, 12.2): those of <see cref="Mask"/> do, and sets of them that are not listed mean level 0.</summary>
internal sealed record XkbKeyType(byte Mask, IReadOnlyList<(byte Mods, byte Level)> Entries)
{
    public int LevelOf(byte mods)
    {
        foreach ((byte Mods, byte Level) entry in Entries)
        {
            if (entry.Mods == (mods & Mask))
            {
                return entry.Level;
            }
        }

        return 0;
    }

    /// <summary>The sets of modifiers, out of the mask, that give a level.</summary>
    public IEnumerable<byte> ModsFor(int level)
    {
        for (int mods = 0; mods <= Mask; mods++)
        {
            if ((mods & ~Mask) == 0 && LevelOf((byte)mods) == level)
            {
                yield return (byte)mods;
            }
        }
    }
}
