using Umbra.Core.Rfb;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Link;

/// <summary>The named limits of the link; every length from the wire is checked against one of them before memory is taken.</summary>
public static class LinkLimits
{
    /// <summary>UTF-8 bytes of a name: node, session, user, rule, session kind.</summary>
    public const int MaxNameBytes = 255;

    /// <summary>UTF-8 bytes of a text for people: title, reason, notice, address. A writer cuts longer ones.</summary>
    public const int MaxTextBytes = 1024;

    /// <summary>Nodes a picture may have passed, the session's own included, before it reaches the one that opens.</summary>
    public const int MaxDepth = 8;

    /// <summary>Moves in one picture. A sender with more sends the areas as rectangles.</summary>
    public const int MaxMoves = 256;

    /// <summary>A whole picture frame, type byte included.</summary>
    public const int MaxPictureBytes = 8 * 1024 * 1024;

    /// <summary>A frame of a type this node does not know. It is skipped and costs no memory.</summary>
    public const int MaxUnknownBytes = 1024 * 1024;

    /// <summary>Hello may grow in later versions; what is beyond our fields is ignored.</summary>
    public const int MaxHelloBytes = 1024;

    private const int Name = 2 + MaxNameBytes;
    private const int Text = 2 + MaxTextBytes;

    /// <summary>Most payload bytes (type byte not counted) a frame of this type may have.</summary>
    public static int MaxPayload(LinkMessageType type) => type switch
    {
        LinkMessageType.Hello => MaxHelloBytes,
        LinkMessageType.Open => Name,
        LinkMessageType.Opened => 4 + Text + Name + 1 + (MaxDepth * Name),
        LinkMessageType.Close or LinkMessageType.Notice => 2 + Text,
        LinkMessageType.Ping or LinkMessageType.Pong => 8,
        LinkMessageType.Attach => 4 + 1 + Name + Text + Text,
        LinkMessageType.Attached => 4 + 1,
        LinkMessageType.Denied => 4 + 2 + Name + Text,
        LinkMessageType.Detach => 4,
        LinkMessageType.ModeChanged => 4 + 1 + Text,
        LinkMessageType.Format => 2,
        LinkMessageType.Picture => MaxPictureBytes - 1,
        LinkMessageType.Credit => 8 + 1,
        LinkMessageType.Cursor => 8 + (CursorShape.MaxEdge * CursorShape.MaxEdge * 4),
        LinkMessageType.Title => Text,
        LinkMessageType.Bell or LinkMessageType.Refresh or LinkMessageType.Refreshed => 0,
        LinkMessageType.Leds => 1,
        LinkMessageType.Clipboard => 4 + RfbLimits.MaxClipboardBytes,
        LinkMessageType.Key => 4 + 4 + 4 + 1,
        LinkMessageType.Pointer => 4 + 2 + 2 + 1,
        LinkMessageType.ResizeRequest => 4 + 2 + 2,
        LinkMessageType.Measure => 4,
        LinkMessageType.Filler => 4 + LinkFiller.MaxBytes,
        _ => MaxUnknownBytes,
    };
}
