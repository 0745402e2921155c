namespace Umbra.Sessions.Sources.X11;

/// <summary>What is used of an X server beyond the core protocol. Without shared memory pixels come through the wire; without RANDR the screen stays as it is.</summary>
internal sealed record X11Extensions(XFixes Fixes, XDamage Damage, XTest Test, Xkb Xkb, XShm? Shm, XRandr? Randr)
{
    /// <exception cref="X11Exception">One that is needed is missing.</exception>
    public static async Task<X11Extensions> OpenAsync(XConnection connection) => new(
        await XFixes.OpenAsync(connection),
        await XDamage.OpenAsync(connection),
        await XTest.OpenAsync(connection, connection.Setup.Root),
        await Xkb.OpenAsync(connection),
        await XShm.OpenAsync(connection),
        await XRandr.OpenAsync(connection));
}
