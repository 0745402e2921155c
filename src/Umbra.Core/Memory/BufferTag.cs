namespace Umbra.Core.Memory;

/// <summary>Who took a block. Each tag has a four-character name, as kernel pool tags have; see <see cref="BufferTags.Name"/>.</summary>
public enum BufferTag : byte
{
    /// <summary>Control messages on their way to or from a transport.</summary>
    Mdl,
    /// <summary>Pixels of surfaces and of the canvases sources draw on.</summary>
    SurfacePixels,
    /// <summary>Pixels in memory shared with an X server: counted, but not of the pool.</summary>
    SharedPixels,
    /// <summary>Encoded frame packets, shared by all viewers of a class.</summary>
    FramePacket,
    /// <summary>Encoded tiles, at most one per tile and class.</summary>
    TileCache,
    /// <summary>Working memory of encoders.</summary>
    Encoder,
    /// <summary>Working memory of decoders.</summary>
    Decoder,
    /// <summary>Cursor images.</summary>
    Cursor,
    /// <summary>Clipboard texts.</summary>
    Clipboard,
    /// <summary>Receive and send buffers of RFB viewers.</summary>
    RfbViewer,
    /// <summary>Receive and send buffers towards an RFB server we are a client of.</summary>
    RfbSource,
    /// <summary>Shadow stack: the link viewer on the target node.</summary>
    ShadowStack,
    /// <summary>Passthru stack: the link source on the near node.</summary>
    PassthruStack,
    /// <summary>The API over HTTP: what Kestrel serves on its own.</summary>
    Kestrel,
    /// <summary>TCP driver.</summary>
    TdTcp,
    /// <summary>Pipe driver (Unix socket, Windows named pipe).</summary>
    TdPipe,
    /// <summary>Serial driver.</summary>
    TdAsync,
    /// <summary>IPX driver.</summary>
    TdIpx,
    /// <summary>SPX driver.</summary>
    TdSpx,
    /// <summary>NetBIOS driver.</summary>
    TdNetb,
    /// <summary>In-process driver.</summary>
    TdMemory,
    /// <summary>Tests and benchmarks.</summary>
    Test,
}

/// <summary>The four-character names people see.</summary>
public static class BufferTags
{
    private static readonly string[] Names =
    [
        "Mdl ", "SfPx", "ShPx", "FrPk", "TiCa", "Enco", "Deco", "Curs", "Clip", "RfbV", "RfbS", "ShSt", "PtSt", "Kest", "TdTc", "TdPi", "TdAs", "TdIp", "TdSp", "TdNb", "TdMe", "Test",
    ];

    /// <summary>How many tags there are.</summary>
    public static int Count => Names.Length;

    public static string Name(this BufferTag tag) => Names[(int)tag];
}
