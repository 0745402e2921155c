namespace Umbra.Core.Rfb;

/// <summary>
/// The peer sent something it must not. Its connection is closed with this message as the reason; nobody else notices.
/// Used for every protocol spoken here (RFB, link).
/// </summary>
public sealed class ProtocolException(string message) : Exception(message);
