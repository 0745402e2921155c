namespace Umbra.Sessions.Sources.X11;

/// <summary>The named limits that lengths from an X server are checked against before memory is taken.</summary>
internal static class XLimits
{
    /// <summary>What a server says of itself at the start: some 2 KiB, 20 where it has hundreds of visuals.</summary>
    public const int MaxSetupBytes = 64 * 1024;

    /// <summary>An authority file: some hundred bytes for each display.</summary>
    public const int MaxAuthorityBytes = 1024 * 1024;

    /// <summary>A reply of no special kind, beyond its first 32 bytes.</summary>
    public const int MaxReplyBytes = 64 * 1024;

    /// <summary>Pixels in one reply, where there is no shared memory.</summary>
    public const int MaxImageBytes = 256 * 1024;

    /// <summary>A map of 248 keys in four groups of eight levels, with its types.</summary>
    public const int MaxKeymapBytes = 128 * 1024;

    /// <summary>A cursor that is larger is not shown; real ones have at most 256 pixels an edge.</summary>
    public const int MaxCursorBytes = 512 * 512 * 4;

    /// <summary>A longer reply is read and thrown away; one that is longer than this is no reply.</summary>
    public const long MaxSkippedBytes = 256L * 1024 * 1024;

    /// <summary>Of the memory shared with the server, what is beside the screen itself: for parts of it, before they are put in their places.</summary>
    public const int MaxPartsBytes = 1024 * 1024;

    /// <summary>Rectangles of one picture; where more have changed they are joined.</summary>
    public const int MaxRects = 64;

    /// <summary>Events that wait to be dealt with; what comes on top is dropped.</summary>
    public const int MaxEvents = 1024;

    /// <summary>Keys that are lent to symbols no key has.</summary>
    public const int MaxSpareKeys = 32;

    /// <summary>Connections made at once for the sake of a cursor whose owner is gone.</summary>
    public const int MaxStandIns = 8;

    /// <summary>Clipboard text in one request: what every server takes.</summary>
    public const int MaxPropertyBytes = 128 * 1024;
}
