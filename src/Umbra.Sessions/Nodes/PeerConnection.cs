using Umbra.Transports;
using Umbra.Transports.Tls;

namespace Umbra.Sessions.Nodes;

/// <summary>A connection to a peer.</summary>
/// <param name="Stream">Its caller's.</param>
/// <param name="Driver">What it runs over.</param>
/// <param name="Rank">Which of the peer's addresses it was reached at; 0 is the best.</param>
public sealed record PeerConnection(LinkTlsStream Stream, TransportDriver Driver, int Rank);
