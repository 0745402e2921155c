using Umbra.Core.Rfb;

namespace Umbra.Sessions.Sources.X11;

/// <summary>The XKEYBOARD extension: the map of keys, which modifiers are in force, the bell.</summary>
internal sealed class Xkb(XConnection connection, XExtension extension)
{
    public const byte NewKeyboardNotify = 0;
    public const byte MapNotify = 1;
    public const byte StateNotify = 2;
    public const byte BellNotify = 8;
    private const int UseExtension = 0;
    private const int SelectEvents = 1;
    private const int GetState = 4;
    private const int GetMap = 8;
    private const int CoreKeyboard = 0x100;
    private const int EveryMapPart = 0xFF;
    private const int EveryDetail = (1 << NewKeyboardNotify) | (1 << StateNotify) | (1 << BellNotify);

    /// <summary>The type of all of the extension's events; which one it is says their second byte.</summary>
    public byte Event => extension.FirstEvent;

    public static async Task<Xkb> OpenAsync(XConnection connection)
    {
        XExtension extension = await XExtension.RequireAsync(connection, "XKEYBOARD");
        using XReply used = (await connection.AskNowAsync(extension.Opcode, UseExtension, [XWords.Pair(1, 0)])).OrThrow("speak XKEYBOARD");
        return new Xkb(connection, extension);
    }

    public void Watch() => connection.Send(
        extension.Opcode, SelectEvents,
        [XWords.Pair(CoreKeyboard, EveryDetail | (1 << MapNotify)), XWords.Pair(0, EveryDetail), XWords.Pair(EveryMapPart, EveryMapPart)]);

    public async Task<XkbState> ReadStateAsync()
    {
        using XReply reply = (await connection.AskNowAsync(extension.Opcode, GetState, [CoreKeyboard])).OrThrow("say which modifiers are in force");
        return new XkbState(Mods: reply.U8(8), BaseMods: reply.U8(9), LockedMods: reply.U8(11), Group: reply.U8(12));
    }

    /// <exception cref="X11Exception">The server has no map, or one that makes no sense.</exception>
    public async Task<XkbKeymap> ReadMapAsync()
    {
        using XReply reply = (await connection.AskNowAsync(
            extension.Opcode, GetMap, [XWords.Pair(CoreKeyboard, XkbKeymap.WantedParts), 0, 0, 0, 0, 0], maxReply: XLimits.MaxKeymapBytes)).OrThrow("say which keys it has");
        try
        {
            return XkbKeymap.Parse(reply);
        }
        catch (ProtocolException e)
        {
            throw new X11Exception($"the x server's map of keys makes no sense: {e.Message}", e);
        }
    }
}
