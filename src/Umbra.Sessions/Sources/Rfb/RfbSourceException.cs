namespace Umbra.Sessions.Sources.Rfb;

/// <summary>The RFB server cannot be reached, does not let us in, or is gone; the message says which, for people.</summary>
public sealed class RfbSourceException(string message, Exception? inner = null) : Exception(message, inner);
