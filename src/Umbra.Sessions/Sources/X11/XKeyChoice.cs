using System.Numerics;

namespace Umbra.Sessions.Sources.X11;

/// <summary>A key that gives a symbol, and the modifiers that have to be added or taken away while it is pressed.</summary>
internal readonly record struct XKeyChoice(byte Keycode, byte Add, byte Remove)
{
    /// <summary>Letting go of a key that somebody holds is seen by programs, so adding one is preferred.</summary>
    private const int RemoveCost = 2;

    /// <summary>
    /// The key that needs the least change, <paramref name="wished"/> where it is as good as another. Locked modifiers are left alone, and only keys that are held
    /// here are let go of.
    /// </summary>
    /// <param name="held">Key codes.</param>
    /// <returns>Null where no key gives the symbol now.</returns>
    public static XKeyChoice? Find(XkbKeymap map, XkbState state, uint symbol, byte wished, IReadOnlyCollection<byte> held)
    {
        byte removable = 0;
        foreach (byte code in held)
        {
            removable |= map[code].Modifiers;
        }

        removable &= (byte)(state.BaseMods & ~state.LockedMods);
        XKeyChoice? best = null;
        int bestCost = int.MaxValue;
        for (int code = map.First; code <= map.Last; code++)
        {
            int cost = 0;
            if (FindOn(map, code, state, symbol, removable, ref cost) is { } choice && (cost < bestCost || (cost == bestCost && code == wished)))
            {
                (best, bestCost) = (choice, cost);
            }
        }

        return best;
    }

    /// <summary>Each modifier in it.</summary>
    public static IEnumerable<byte> Bits(byte modifiers) =>
        Enumerable.Range(0, 8).Select(bit => (byte)(1 << bit)).Where(bit => (modifiers & bit) != 0);

    private static XKeyChoice? FindOn(XkbKeymap map, int code, XkbState state, uint symbol, byte removable, ref int cost)
    {
        XkbKey key = map[code];
        int group = key.GroupOf(state.Group);
        XKeyChoice? best = null;
        for (int level = 0; level < key.Width && group < key.Types.Count; level++)
        {
            if (key.Symbol(group, level) != symbol)
            {
                continue;
            }

            byte now = (byte)(state.Mods & key.Types[group].Mask);
            foreach (byte mods in key.Types[group].ModsFor(level))
            {
                (byte add, byte remove) = ((byte)(mods & ~now), (byte)(now & ~mods));
                int itsCost = BitOperations.PopCount(add) + (RemoveCost * BitOperations.PopCount(remove));
                if ((best is null || itsCost < cost) && (remove & ~removable) == 0 && Bits(add).All(bit => map.KeyThatAdds(bit) != 0))
                {
                    (best, cost) = (new XKeyChoice((byte)code, add, remove), itsCost);
                }
            }
        }

        return best;
    }
}
