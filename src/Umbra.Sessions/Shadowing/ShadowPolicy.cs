using Umbra.Core.Link;

namespace Umbra.Sessions.Shadowing;

/// <summary>The rules of the target node. Asked there for every shadow and every change of mode, whoever asks and from wherever.</summary>
public sealed class ShadowPolicy(AccessMode ceiling, int maxShadowsPerSession)
{
    public AccessMode Ceiling => ceiling;

    /// <param name="wanted">View or control.</param>
    /// <param name="cap">What this node's people have left to the near node.</param>
    /// <param name="others">Shadows the session already has.</param>
    public Decision Decide(Session? session, AccessMode wanted, AccessMode cap, int others)
    {
        if (ceiling == AccessMode.Off)
        {
            return Deny(LinkReason.Disabled, "shadowing=off", "this node does not allow shadowing (setting shadowing: off)");
        }

        if (session is null or { State: SessionState.Ended })
        {
            return Deny(LinkReason.SessionNotFound, "session-exists", "there is no such session on this node");
        }

        if (wanted == AccessMode.Control && ceiling == AccessMode.View)
        {
            return Deny(LinkReason.AccessDenied, "shadowing=view", "this node allows viewing only (setting shadowing: view); ask again with --view");
        }

        if (wanted > cap)
        {
            return Deny(LinkReason.AccessDenied, "lowered-by-hand", $"the session's node has lowered by hand what yours may do: {cap.ToString().ToLowerInvariant()} only; ask its people to raise it with 'umbra shadow mode'");
        }

        return others >= maxShadowsPerSession
            ? Deny(LinkReason.LimitReached, "maxShadowsPerSession", $"the session already has {others} shadows (setting maxShadowsPerSession: {maxShadowsPerSession})")
            : new Decision(wanted, LinkReason.None, $"shadowing={ceiling.ToString().ToLowerInvariant()}", "");
    }

    private static Decision Deny(LinkReason reason, string rule, string text) => new(AccessMode.Off, reason, rule, text);
}
