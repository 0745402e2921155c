using System.Text;

namespace Umbra.Sessions.Sources.X11;

/// <summary>Numbers an X server gives to names.</summary>
internal sealed record XAtoms(uint Clipboard, uint Utf8, uint Targets, uint Text, uint Utf8Mime, uint Increments, uint ClipboardProperty, uint PrimaryProperty)
{
    public const uint Primary = 1;
    public const uint Atom = 4;
    public const uint Latin1 = 31;

    public static async Task<XAtoms> InternAsync(XConnection connection) => new(
        await InternAsync(connection, "CLIPBOARD"),
        await InternAsync(connection, "UTF8_STRING"),
        await InternAsync(connection, "TARGETS"),
        await InternAsync(connection, "TEXT"),
        await InternAsync(connection, "text/plain;charset=utf-8"),
        await InternAsync(connection, "INCR"),
        await InternAsync(connection, "UMBRA_CLIPBOARD"),
        await InternAsync(connection, "UMBRA_PRIMARY"));

    private static async Task<uint> InternAsync(XConnection connection, string name)
    {
        byte[] text = Encoding.ASCII.GetBytes(name);
        using XReply reply = (await connection.AskNowAsync(XOpcode.InternAtom, 0, [(uint)text.Length], text)).OrThrow("give a name a number");
        return reply.U32(8);
    }
}
