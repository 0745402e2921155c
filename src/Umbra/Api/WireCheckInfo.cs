namespace Umbra.Api;

/// <summary>What is known of a wire so far; times in milliseconds.</summary>
/// <param name="Node">Who answered.</param>
/// <param name="Phase">What is being measured.</param>
/// <param name="Progress">Of all of it, 0 to 1.</param>
/// <param name="ConnectTime">Until the driver had a connection.</param>
/// <param name="HandshakeTime">Of TLS, after that.</param>
/// <param name="RoundTrip">Median of small messages there and back.</param>
/// <param name="RoundTripMost">The slowest of them.</param>
/// <param name="ReceiveRate">Bytes a second that came.</param>
/// <param name="SendRate">Bytes a second that arrived there.</param>
/// <param name="Retransmitted">Packets of all this driver's connections that had to be sent once more meanwhile.</param>
/// <param name="LossPercent">Of the packets sent meanwhile; null where the medium has none, or nobody counts them.</param>
internal sealed record WireCheckInfo(
    string Address, string Driver, string Node, WireCheckPhase Phase, double Progress, double ConnectTime, double HandshakeTime, double? RoundTrip = null, double? RoundTripMost = null,
    double? ReceiveRate = null, double? SendRate = null, long Retransmitted = 0, double? LossPercent = null);
