using System.Net;

namespace Umbra.Benchmarks.Hop;

/// <summary>Who looks in a phase, and at what.</summary>
/// <param name="Nodes">Whose processor time is looked at.</param>
/// <param name="Transport">Of the link; empty where nobody looks through one.</param>
/// <param name="Display">DISPLAY and XAUTHORITY of what is looked at.</param>
internal sealed record HopCast(TwoNodes Nodes, string Transport, IReadOnlyDictionary<string, string?> Display, IReadOnlyList<(string Name, EndPoint Server)> Viewers);
