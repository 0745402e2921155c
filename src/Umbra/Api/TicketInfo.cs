namespace Umbra.Api;

/// <summary>How the owner connects to the session, once.</summary>
/// <param name="Address">host:port for any VNC viewer.</param>
/// <param name="SocketPath">Unix socket that needs no password; only this node's user can open it.</param>
/// <param name="Password">Good for one connection, until <paramref name="ExpiresAt"/>.</param>
internal sealed record TicketInfo(string Session, string Address, string Password, DateTimeOffset ExpiresAt, ShadowMode Mode, string? SocketPath = null)
{
    /// <summary>Without the password, so that it cannot reach a log.</summary>
    public override string ToString() => $"{Session} {Address} {Mode}";
}
