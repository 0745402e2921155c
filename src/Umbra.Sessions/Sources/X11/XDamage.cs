namespace Umbra.Sessions.Sources.X11;

/// <summary>The DAMAGE extension, version 1.1: what has been drawn on a window and all in it since the last look.</summary>
internal sealed class XDamage(XConnection connection, XExtension extension)
{
    private const int QueryVersion = 0;
    private const int Create = 1;
    private const int Subtract = 3;

    /// <summary>One event when there is damage where there was none: nothing more comes until somebody has looked.</summary>
    private const uint NonEmpty = 3;

    private uint _damage;

    public byte Notify => extension.FirstEvent;

    public static async Task<XDamage> OpenAsync(XConnection connection)
    {
        XExtension extension = await XExtension.RequireAsync(connection, "DAMAGE");
        using XReply version = (await connection.AskNowAsync(extension.Opcode, QueryVersion, [1, 1])).OrThrow("speak DAMAGE");
        return new XDamage(connection, extension);
    }

    public void Watch(uint window)
    {
        _damage = connection.NewId();
        connection.Send(extension.Opcode, Create, [_damage, window, NonEmpty]);
    }

    /// <summary>Moves the damage so far into a region. Whatever is drawn from now on is damage again.</summary>
    public void TakeInto(uint region) => connection.Send(extension.Opcode, Subtract, [_damage, 0, region]);
}
