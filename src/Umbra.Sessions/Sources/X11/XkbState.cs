namespace Umbra.Sessions.Sources.X11;

/// <summary>Which modifiers are in force: held keys, latched and locked ones together, and the first and the last of these alone.</summary>
internal readonly record struct XkbState(byte Mods, byte BaseMods, byte LockedMods, byte Group);
