namespace Umbra.Core.Input;

/// <summary>A key pressed or released: X keysym (0 where unknown) and XT scan code as QEMU's extended key event carries it (0 where unknown).</summary>
public readonly record struct KeyInput(uint Keysym, uint XtCode, bool Down);
