using System.Net;

namespace Umbra.Transports.NetBios;

/// <summary>Where names are had.</summary>
/// <param name="Address">Of this machine; told to who asks for the names.</param>
/// <param name="Broadcast">Where they are claimed, and where questions come.</param>
/// <param name="Port">UDP, of both, and of all others in the network.</param>
internal sealed record NameServiceAddress(IPAddress Address, IPAddress Broadcast, int Port);
