using Umbra.Api;

namespace Umbra.Commands;

/// <summary>What <c>umbra session show</c> prints: the session, and how its owner connects.</summary>
internal sealed record SessionShowInfo(SessionInfo Session, TicketInfo? Ticket);
