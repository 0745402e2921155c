namespace Umbra.Sessions.Nodes;

/// <summary>The state directory, or what was asked of it, is not right. The message is for people and says what to do next.</summary>
public sealed class NodeStateException(string message, Exception? inner = null) : Exception(message, inner);
