using System.Net;

namespace Umbra.Transports.NetBios;

/// <summary>What the called side says to a session request: it is taken (both null), refused, or another place is to be asked.</summary>
internal readonly record struct SessionAnswer(SessionRefusal? Refusal, IPEndPoint? Retarget);
