namespace Umbra.Core.Rfb;

/// <summary>The named limits that lengths from the wire are checked against before memory is taken.</summary>
public static class RfbLimits
{
    /// <summary>Clipboard text, UTF-8 bytes, either way. Longer texts are skipped, not stored.</summary>
    public const int MaxClipboardBytes = 256 * 1024;

    /// <summary>Encodings in one SetEncodings; the rest is skipped.</summary>
    public const int MaxEncodings = 256;

    /// <summary>Bytes of a desktop name.</summary>
    public const int MaxNameBytes = 1024;

    /// <summary>Bytes of a reason text.</summary>
    public const int MaxReasonBytes = 4096;

    /// <summary>Payload of a fence (rfbproto: at most 64).</summary>
    public const int MaxFenceBytes = 64;

    /// <summary>Screens in an extended desktop size.</summary>
    public const int MaxScreens = 16;
}
