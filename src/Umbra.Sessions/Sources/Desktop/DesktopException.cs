namespace Umbra.Sessions.Sources.Desktop;

/// <summary>A desktop cannot be started, or is gone; the message says why and what to do, for people.</summary>
public sealed class DesktopException(string message, Exception? inner = null) : Exception(message, inner);
