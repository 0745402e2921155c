namespace Umbra.Sessions.Nodes;

/// <summary>A join did not happen. Nothing of this node was changed. The message is for people.</summary>
public sealed class EnrolmentException(string message, Exception? inner = null) : Exception(message, inner);
