namespace Umbra.Sessions;

/// <summary>What a viewer was sent and has not answered. A viewer that does not take it keeps it so.</summary>
/// <param name="Bytes">Picture bytes; of an update that is still being written, those handed over so far.</param>
/// <param name="Age">Since the oldest of these updates was begun; zero where there is none.</param>
public readonly record struct InFlight(long Bytes, TimeSpan Age);
