using Umbra.Core.Link;

namespace Umbra.Sessions.Shadowing;

/// <summary>What the target node says to somebody who wants to look in. A refusal is an answer, not an exception; it names the rule.</summary>
public readonly record struct Decision(AccessMode Granted, LinkReason Reason, string Rule, string Text)
{
    public bool IsGranted => Granted != AccessMode.Off;
}
