namespace Umbra.Api;

/// <summary>One transport driver.</summary>
/// <param name="Scheme">Of its addresses, as in <c>tcp://</c>.</param>
/// <param name="Addresses">Where it listens.</param>
/// <param name="Links">Open over it now, both directions.</param>
internal sealed record DriverInfo(string Name, string Scheme, IReadOnlyList<string> Addresses, int Links = 0);
