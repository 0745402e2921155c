using Umbra.Core.Input;

namespace Umbra.Sessions.Sources.X11;

/// <summary>
/// Types symbols on an X server's keyboard: finds the key that has a symbol, with what must be held or let go of for it, and lends a free key to a symbol that no
/// key has. Knows which keys it holds. Used by one task, but for <see cref="MapChanged"/>.
/// </summary>
/// <param name="repeats">Whether a key that is pressed again while it is held repeats here; else the server does that.</param>
internal sealed class XKeyboard(XConnection connection, Xkb xkb, XTest test, bool repeats)
{
    private const int AutoRepeatMode = 0x80;

    /// <summary>How long programs may take to look up what a key means that they were told was pressed: it must mean the same until then.</summary>
    private static readonly TimeSpan LookupTime = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<KeyName, byte> _held = [];

    /// <summary>With the time of their last use; the one that was used last at the end.</summary>
    private readonly List<(byte Code, long UsedAt)> _lent = [];

    private XkbKeymap? _map;
    private bool _isMapOld = true;

    /// <summary>The server's map is another one now.</summary>
    public void MapChanged() => Volatile.Write(ref _isMapOld, true);

    /// <summary>Takes repeating over from the server, which cannot know of a release that is late on the wire.</summary>
    public void StopServersRepeat() => connection.Send(XOpcode.ChangeKeyboardControl, 0, [AutoRepeatMode, 0]);

    public async Task SendAsync(KeyInput key)
    {
        KeyName name = new(XkbKeymap.Canonical(key.Keysym), key.XtCode);
        if (!key.Down)
        {
            await ReleaseAsync(name);
        }
        else if (_held.TryGetValue(name, out byte held))
        {
            await RepeatAsync(held);
        }
        else
        {
            await PressAsync(name);
        }
    }

    /// <summary>Lets go of everything, and gives back what was lent.</summary>
    public void LetGo()
    {
        foreach (byte code in _held.Values)
        {
            test.Key(code, isDown: false);
        }

        foreach ((byte code, _) in _lent)
        {
            Assign(code, 0);
        }

        _held.Clear();
        _lent.Clear();
    }

    /// <summary>QEMU's LED state for locked modifiers.</summary>
    public async Task<byte> LedsOfAsync(byte lockedMods) => (await MapAsync()).LedsOf(lockedMods);

    private async Task<XkbKeymap> MapAsync()
    {
        if (Interlocked.Exchange(ref _isMapOld, false) || _map is null)
        {
            _map = await xkb.ReadMapAsync();
        }

        return _map;
    }

    private async Task ReleaseAsync(KeyName name)
    {
        // Who lets go of Shift first names another symbol of the same key when it comes up.
        XkbKeymap map = await MapAsync();
        KeyName held = _held.ContainsKey(name) ? name : _held.FirstOrDefault(pair => IsSameKey(map[pair.Value], pair.Key, name)).Key;
        if (_held.Remove(held, out byte code) && !_held.ContainsValue(code))
        {
            test.Key(code, isDown: false);
        }
    }

    private static bool IsSameKey(XkbKey key, KeyName held, KeyName released) =>
        (held.XtCode != 0 && held.XtCode == released.XtCode) || (released.Keysym != 0 && key.Symbols.Contains(released.Keysym));

    private async Task RepeatAsync(byte code)
    {
        if (repeats && (await MapAsync())[code].Modifiers == 0)
        {
            test.Key(code, isDown: false);
            test.Key(code, isDown: true);
        }
    }

    private async Task PressAsync(KeyName name)
    {
        XkbKeymap map = await MapAsync();
        byte wished = XtKeys.KeycodeOf(name.XtCode);
        if (name.Keysym == 0)
        {
            Hold(name, wished);
            return;
        }

        XkbState state = await xkb.ReadStateAsync();
        XKeyChoice? choice = XKeyChoice.Find(map, state, name.Keysym, wished, [.. _held.Values]);
        if (choice is null)
        {
            map = await LendAsync(map, name.Keysym);
            choice = XKeyChoice.Find(map, state, name.Keysym, 0, [.. _held.Values]);
        }

        if (choice is { } found)
        {
            Press(name, found, map);
        }
    }

    private void Press(KeyName name, XKeyChoice choice, XkbKeymap map)
    {
        byte[] released = [.. _held.Values.Where(code => (map[code].Modifiers & choice.Remove) != 0).Distinct()];
        byte[] added = [.. XKeyChoice.Bits(choice.Add).Select(map.KeyThatAdds)];
        SendEach(released, isDown: false);
        SendEach(added, isDown: true);
        Hold(name, choice.Keycode);
        SendEach(added, isDown: false);
        SendEach(released, isDown: true);
    }

    private void Hold(KeyName name, byte code)
    {
        if (code == 0)
        {
            return;
        }

        // The same key for another symbol: it comes up first, as it would under one finger.
        if (_held.ContainsValue(code))
        {
            test.Key(code, isDown: false);
            foreach (KeyName other in _held.Where(pair => pair.Value == code).Select(pair => pair.Key).ToArray())
            {
                _held.Remove(other);
            }
        }

        test.Key(code, isDown: true);
        _held[name] = code;
        int lent = _lent.FindIndex(lent => lent.Code == code);
        if (lent >= 0)
        {
            _lent.RemoveAt(lent);
            _lent.Add((code, Environment.TickCount64));
        }
    }

    private void SendEach(byte[] codes, bool isDown)
    {
        foreach (byte code in codes)
        {
            test.Key(code, isDown);
        }
    }

    /// <summary>The map in which a key has the symbol; the one that was given where no key can be had.</summary>
    private async Task<XkbKeymap> LendAsync(XkbKeymap map, uint symbol)
    {
        byte code = _lent.Count < XLimits.MaxSpareKeys ? FreeKey(map) : (byte)0;
        if (code == 0)
        {
            int index = _lent.FindIndex(lent => !_held.ContainsValue(lent.Code));
            if (index < 0)
            {
                return map;
            }

            (code, long usedAt) = _lent[index];
            _lent.RemoveAt(index);
            TimeSpan rest = LookupTime - TimeSpan.FromMilliseconds(Environment.TickCount64 - usedAt);
            await Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero);
        }

        _lent.Add((code, Environment.TickCount64));
        Assign(code, symbol);
        MapChanged();
        return await MapAsync();
    }

    /// <summary>From the end: the last ones are the least likely to be on a real keyboard.</summary>
    private static byte FreeKey(XkbKeymap map)
    {
        for (int code = map.Last; code >= map.First; code--)
        {
            if (map[code].IsFree)
            {
                return (byte)code;
            }
        }

        return 0;
    }

    /// <summary>The same symbol with Shift and without.</summary>
    private void Assign(byte code, uint symbol) => connection.Send(XOpcode.ChangeKeyboardMapping, 1, [XWords.Bytes(code, 2), symbol, symbol]);

    /// <summary>What somebody said they press: the same again when they let go.</summary>
    private readonly record struct KeyName(uint Keysym, uint XtCode);
}
