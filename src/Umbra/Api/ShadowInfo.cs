namespace Umbra.Api;

/// <summary>One granted act of looking in.</summary>
/// <param name="Session">As asked for: SESSION or SESSION@NODE.</param>
/// <param name="Listen">Where a viewer connects, host:port.</param>
/// <param name="Password">One-time password; only in the answers that started the shadow or made a new password.</param>
/// <param name="Bytes">Payload bytes received for this shadow.</param>
internal sealed record ShadowInfo(
    string Id,
    string Session,
    ShadowMode Mode,
    ShadowState State,
    string Shadower,
    string Listen,
    DateTimeOffset StartedAt,
    string? Reason = null,
    string? Password = null,
    DateTimeOffset? PasswordExpiresAt = null,
    int Viewers = 0,
    long Frames = 0,
    long Bytes = 0,
    string? Notice = null)
{
    /// <summary>Without the password, so that it cannot reach a log.</summary>
    public override string ToString() => $"{Id} {Session} {Mode} {State}";
}
