namespace Umbra.Core.Input;

/// <summary>Pointer position in session pixels and the buttons that are down, bit 0 the left one (RFC 6143 7.5.5).</summary>
public readonly record struct PointerInput(int X, int Y, byte Buttons);
