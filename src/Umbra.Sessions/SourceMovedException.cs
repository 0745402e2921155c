namespace Umbra.Sessions;

/// <summary>A source's run ended because there is a better way to the same pictures: it is to be run again at once, and nothing was lost.</summary>
public sealed class SourceMovedException() : IOException("the source goes on over another way");
