namespace Umbra.Api;

/// <summary>One transport driver.</summary>
/// <param name="Scheme">Of its addresses, as in <c>tcp://</c>.</param>
/// <param name="Addresses">Where it listens.</param>
/// <param name="Connections">Open now, both directions.</param>
internal sealed record DriverInfo(
    string Name, string Scheme, IReadOnlyList<string> Addresses, int Connections = 0, long BytesReceived = 0, long BytesSent = 0);
