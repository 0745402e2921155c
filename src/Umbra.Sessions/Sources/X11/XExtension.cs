using System.Text;

namespace Umbra.Sessions.Sources.X11;

/// <summary>An extension of an X server: the opcode of its requests and the number of its first event.</summary>
internal readonly record struct XExtension(byte Opcode, byte FirstEvent)
{
    /// <summary>Null where the server has no such extension.</summary>
    public static async Task<XExtension?> FindAsync(XConnection connection, string name)
    {
        byte[] text = Encoding.ASCII.GetBytes(name);
        using XReply reply = (await connection.AskNowAsync(XOpcode.QueryExtension, 0, [(uint)text.Length], text)).OrThrow("say which extensions it has");
        return reply.U8(8) != 0 ? new XExtension(reply.U8(9), reply.U8(10)) : null;
    }

    /// <exception cref="X11Exception">The server has no such extension.</exception>
    public static async Task<XExtension> RequireAsync(XConnection connection, string name) =>
        await FindAsync(connection, name) ?? throw new X11Exception($"the x server has no extension {name}, which is needed");
}
