namespace Umbra.Api;

/// <summary>One session of a node.</summary>
/// <param name="Title">The desktop's own title: text of a stranger.</param>
/// <param name="Size">Null until the first picture.</param>
/// <param name="Viewers">Viewers connected here, the owner's included.</param>
/// <param name="Shadows">Shadows granted on this session.</param>
/// <param name="Source">Where the picture comes from (an address, an X display).</param>
/// <param name="Bytes">Memory the session holds.</param>
/// <param name="Notice">Why it is not active, for people.</param>
internal sealed record SessionInfo(
    string Name,
    string Node,
    SessionKind Kind,
    SessionState State,
    DateTimeOffset StartedAt,
    string? Title = null,
    SizeInfo? Size = null,
    int Viewers = 0,
    int Shadows = 0,
    string? Source = null,
    long Bytes = 0,
    string? Notice = null);
