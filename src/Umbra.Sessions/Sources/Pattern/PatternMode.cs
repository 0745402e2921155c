namespace Umbra.Sessions.Sources.Pattern;

/// <summary>What moves in the test pattern.</summary>
public enum PatternMode
{
    /// <summary>Nothing but what input changes.</summary>
    Still,
    /// <summary>The marker, the counter, a box and a scrolling list: small changes, as at a desk.</summary>
    Marker,
    /// <summary>Every pixel, in smooth colours, as a film played full-screen.</summary>
    Video,
}
