using System.Buffers.Binary;
using Umbra.Core.Rfb;

namespace Umbra.Sessions.Sources.X11;

/// <summary>The keys an X server has, as XKB's GetMap tells them: types, symbols and the modifier map.</summary>
internal sealed class XkbKeymap
{
    /// <summary>Key types, key symbols, modifier map.</summary>
    public const int WantedParts = KeyTypes | KeySymbols | ModifierMap;

    public const uint ShiftLeft = 0xFFE1;
    public const uint ShiftRight = 0xFFE2;
    public const uint CapsLock = 0xFFE5;
    private const int KeyTypes = 1;
    private const int KeySymbols = 2;
    private const int ModifierMap = 4;
    private const byte LockModifier = 2;
    private const uint NumLock = 0xFF7F;
    private const uint ScrollLock = 0xFF14;
    private const uint Level3Shift = 0xFE03;
    private const uint Level5Shift = 0xFE11;
    private const uint Unicode = 0x01000000;

    /// <summary>Beyond the header that all replies have.</summary>
    private const int HeaderSize = 40 - XReply.HeaderSize;

    private const int TypeSize = 8;
    private const int EntrySize = 8;
    private const int PreserveSize = 4;
    private const int KeySize = 8;
    private const int MaxGroups = 4;
    private readonly XkbKey[] _keys;

    private XkbKeymap(XkbKey[] keys, byte first, byte last) => (_keys, First, Last) = (keys, first, last);

    public byte First { get; }

    public byte Last { get; }

    public XkbKey this[int keycode] => _keys[keycode];

    /// <summary>The modifier keys that are pressed to reach a level; others do more than that.</summary>
    /// <returns>0 where there is none.</returns>
    public byte KeyThatAdds(byte modifier)
    {
        for (int code = First; code <= Last; code++)
        {
            if (_keys[code].Modifiers == modifier && _keys[code].Symbol(0, 0) is ShiftLeft or ShiftRight or Level3Shift or Level5Shift)
            {
                return (byte)code;
            }
        }

        return 0;
    }

    /// <summary>QEMU's LED state for locked modifiers: bit 0 scroll, bit 1 num, bit 2 caps.</summary>
    public byte LedsOf(byte lockedMods) => (byte)(
        (IsLocked(ModifierOf(ScrollLock), lockedMods) ? 1 : 0)
        | (IsLocked(ModifierOf(NumLock), lockedMods) ? 2 : 0)
        | (IsLocked(LockModifier, lockedMods) ? 4 : 0));

    /// <summary>Of several names of a symbol the one that maps use: Latin-1 characters have their own number.</summary>
    public static uint Canonical(uint symbol) => symbol is >= (Unicode | 0x20) and <= (Unicode | 0xFF) ? symbol & 0xFF : symbol;

    /// <param name="reply">Of GetMap: U8 at 10 and 11 the first and last key code, U16 at 12 which parts there are, U8 at 14, 15 first type and number of types, at 17
    /// and 20 first key and number of keys with symbols, at 31 and 33 (the last is the total) the modifier map's.</param>
    /// <exception cref="ProtocolException">It ends too early, or names what there is not.</exception>
    public static XkbKeymap Parse(XReply reply)
    {
        byte[] tail = new byte[HeaderSize];
        Cursor cursor = new(reply.Body);
        cursor.Take(HeaderSize).CopyTo(tail);
        (byte first, byte last) = (reply.U8(10), reply.U8(11));
        (int firstKey, int keyCount) = (reply.U8(17), reply.U8(20));
        int modifierCount = tail[33 - XReply.HeaderSize];
        if (reply.U16(12) != WantedParts || reply.U8(14) != 0 || firstKey + keyCount > byte.MaxValue + 1 || last < first)
        {
            throw new ProtocolException("it has other parts than were asked for");
        }

        XkbKeyType[] types = new XkbKeyType[reply.U8(15)];
        for (int i = 0; i < types.Length; i++)
        {
            types[i] = ReadType(ref cursor);
        }

        XkbKey[] keys = new XkbKey[byte.MaxValue + 1];
        Array.Fill(keys, XkbKey.None);
        for (int i = 0; i < keyCount; i++)
        {
            keys[firstKey + i] = ReadKey(ref cursor, types);
        }

        for (int i = 0; i < modifierCount; i++)
        {
            ReadOnlySpan<byte> pair = cursor.Take(2);
            keys[pair[0]] = keys[pair[0]] with { Modifiers = pair[1] };
        }

        return new XkbKeymap(keys, first, last);
    }

    private static XkbKeyType ReadType(ref Cursor cursor)
    {
        ReadOnlySpan<byte> head = cursor.Take(TypeSize);
        (byte mask, int count, bool hasPreserve) = (head[0], head[5], head[6] != 0);
        List<(byte, byte)> entries = [];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = cursor.Take(EntrySize);
            if (entry[0] != 0)
            {
                entries.Add((entry[1], entry[2]));
            }
        }

        cursor.Take(hasPreserve ? count * PreserveSize : 0);
        return new XkbKeyType(mask, entries);
    }

    private static XkbKey ReadKey(ref Cursor cursor, XkbKeyType[] types)
    {
        ReadOnlySpan<byte> head = cursor.Take(KeySize);
        (byte info, int width, int count) = (head[4], head[5], BinaryPrimitives.ReadUInt16LittleEndian(head[6..]));
        int groups = info & 0xF;
        if (groups > MaxGroups)
        {
            throw new ProtocolException($"a key has {groups} groups");
        }

        XkbKeyType[] own = new XkbKeyType[groups];
        for (int i = 0; i < groups; i++)
        {
            own[i] = head[i] < types.Length ? types[head[i]] : throw new ProtocolException($"there is no type {head[i]}");
        }

        ReadOnlySpan<byte> symbols = cursor.Take(4 * count);
        uint[] list = new uint[count];
        for (int i = 0; i < count; i++)
        {
            list[i] = Canonical(BinaryPrimitives.ReadUInt32LittleEndian(symbols[(4 * i)..]));
        }

        return new XkbKey(own, info, width, list, 0);
    }

    private static bool IsLocked(byte modifier, byte lockedMods) => modifier != 0 && (lockedMods & modifier) == modifier;

    /// <summary>The modifier of the key with this symbol; 0 where there is none.</summary>
    private byte ModifierOf(uint symbol) =>
        _keys.FirstOrDefault(key => key.Modifiers != 0 && key.Symbols.Contains(symbol))?.Modifiers ?? 0;

    private ref struct Cursor(ReadOnlySpan<byte> rest)
    {
        private ReadOnlySpan<byte> _rest = rest;

        public ReadOnlySpan<byte> Take(int count)
        {
            if (_rest.Length < count)
            {
                throw new ProtocolException("it ends too early");
            }

            ReadOnlySpan<byte> taken = _rest[..count];
            _rest = _rest[count..];
            return taken;
        }
    }
}
