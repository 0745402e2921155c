namespace Umbra.Transports.Listening;

/// <summary>How many connections a gate lets in.</summary>
/// <param name="MaxConnections">At once; further ones are closed unheard.</param>
/// <param name="MaxUnauthenticatedPerSecond">
/// Connections in one second that have not (yet) proven who they are. Each costs a handshake, which is what a flood would make us pay for.
/// </param>
/// <param name="Reserve">How many of the places only those that must succeed may take.</param>
public sealed record ConnectionLimits(int MaxConnections = 256, int MaxUnauthenticatedPerSecond = 50, int Reserve = 0);
