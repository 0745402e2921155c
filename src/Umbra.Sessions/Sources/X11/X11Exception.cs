namespace Umbra.Sessions.Sources.X11;

/// <summary>The X server cannot be reached, does not let us in, lacks something, or is gone; the message says which, for people.</summary>
public sealed class X11Exception(string message, Exception? inner = null) : Exception(message, inner);
