namespace Umbra.Sessions.Sources.Pattern;

/// <summary>All that a picture of a given size and mode depends on.</summary>
public readonly record struct PatternState(uint Step, PatternInput Input);
