namespace Umbra.Core.Rfb;

/// <summary>What a client said it understands in its last SetEncodings (RFC 6143, 7.5.2 and 7.8, and rfbproto).</summary>
public sealed record ClientCapabilities
{
    /// <summary>What most viewers of today ask for: with the same level one without a wish shares what is encoded for them.</summary>
    public const int DefaultCompressLevel = 2;

    /// <summary>A client that has not said anything: Raw.</summary>
    public static ClientCapabilities Least { get; } = new();

    /// <summary>The first picture encoding listed that we can send; Raw where there is none.</summary>
    public RfbEncoding PictureEncoding { get; private init; } = RfbEncoding.Raw;

    /// <summary>0 (smallest) to 9 (best), or -1: the client wants no loss.</summary>
    public int JpegQuality { get; private init; } = -1;

    /// <summary>0 to 9; <see cref="DefaultCompressLevel"/> where the client has no wish. More than <see cref="Codecs.EncodingClass.MaxCompressLevel"/> is listed in vain.</summary>
    public int CompressLevel { get; private init; } = DefaultCompressLevel;

    /// <summary>The form of the lock keys' state that the client knows, or null.</summary>
    public RfbEncoding? LedEncoding { get; private init; }

    public bool SupportsLeds => LedEncoding is not null;

    public bool SupportsCopyRect { get; private init; }

    public bool SupportsCursor { get; private init; }

    public bool SupportsCursorWithAlpha { get; private init; }

    public bool SupportsDesktopSize { get; private init; }

    public bool SupportsExtendedDesktopSize { get; private init; }

    public bool SupportsLastRect { get; private init; }

    public bool SupportsDesktopName { get; private init; }

    public bool SupportsFence { get; private init; }

    /// <summary>Only with <see cref="SupportsFence"/>: without answers nobody knows how much is on its way, and a slow wire would be filled with old pictures.</summary>
    public bool SupportsContinuousUpdates { get; private init; }

    public bool SupportsQemuKeys { get; private init; }

    public bool SupportsExtendedClipboard { get; private init; }

    /// <param name="listed">In the client's order; unknown numbers are passed over.</param>
    public static ClientCapabilities From(ReadOnlySpan<RfbEncoding> listed) => new()
    {
        PictureEncoding = FirstPictureEncoding(listed),
        JpegQuality = FirstLevel(listed, RfbEncoding.JpegQuality0, RfbEncoding.JpegQuality9, absent: -1),
        CompressLevel = FirstLevel(listed, RfbEncoding.CompressLevel0, RfbEncoding.CompressLevel9, absent: DefaultCompressLevel),
        LedEncoding = listed.Contains(RfbEncoding.QemuLedState) ? RfbEncoding.QemuLedState
            : listed.Contains(RfbEncoding.VMwareLedState) ? RfbEncoding.VMwareLedState : null,
        SupportsCopyRect = listed.Contains(RfbEncoding.CopyRect),
        SupportsCursor = listed.Contains(RfbEncoding.Cursor),
        SupportsCursorWithAlpha = listed.Contains(RfbEncoding.CursorWithAlpha),
        SupportsDesktopSize = listed.Contains(RfbEncoding.DesktopSize),
        SupportsExtendedDesktopSize = listed.Contains(RfbEncoding.ExtendedDesktopSize),
        SupportsLastRect = listed.Contains(RfbEncoding.LastRect),
        SupportsDesktopName = listed.Contains(RfbEncoding.DesktopName),
        SupportsFence = listed.Contains(RfbEncoding.Fence),
        SupportsContinuousUpdates = listed.Contains(RfbEncoding.ContinuousUpdates) && listed.Contains(RfbEncoding.Fence),
        SupportsQemuKeys = listed.Contains(RfbEncoding.QemuExtendedKey),
        SupportsExtendedClipboard = listed.Contains(RfbEncoding.ExtendedClipboard),
    };

    private static RfbEncoding FirstPictureEncoding(ReadOnlySpan<RfbEncoding> listed)
    {
        int first = listed.IndexOfAny([RfbEncoding.Tight, RfbEncoding.Zrle, RfbEncoding.Hextile, RfbEncoding.Raw]);
        return first < 0 ? RfbEncoding.Raw : listed[first];
    }

    private static int FirstLevel(ReadOnlySpan<RfbEncoding> listed, RfbEncoding lowest, RfbEncoding highest, int absent)
    {
        foreach (RfbEncoding encoding in listed)
        {
            if (encoding >= lowest && encoding <= highest)
            {
                return encoding - lowest;
            }
        }

        return absent;
    }
}
