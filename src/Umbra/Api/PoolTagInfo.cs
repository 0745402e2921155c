using Umbra.Core.Memory;
using Umbra.Transports;

namespace Umbra.Api;

/// <summary>One tag's counters since the node started.</summary>
/// <param name="Tag">Four characters, as kernel pool tags have.</param>
/// <param name="Name">What takes memory under it.</param>
/// <param name="Driver">The same in words; of the transports' tags the driver.</param>
/// <param name="Outstanding">Blocks that are out.</param>
/// <param name="PerAlloc">Bytes of a block that is out, on average; 0 where none is.</param>
/// <param name="Refused">Rents refused at a limit.</param>
/// <param name="Limit">Most bytes that may be out under it; null is no limit of its own.</param>
internal sealed record PoolTagInfo(string Tag, string Name, string Driver, long Allocs, long Frees, long Outstanding, long Bytes, long PerAlloc,
    long PeakBytes, long Refused, long? Limit = null)
{
    public static PoolTagInfo From(TagUsage usage) => new(
        usage.Name, usage.Tag.ToString(), DriverOf(usage.Tag), usage.Allocs, usage.Frees, usage.Outstanding, usage.Bytes,
        usage.Outstanding > 0 ? usage.Bytes / usage.Outstanding : 0, usage.PeakBytes, usage.Refused, PoolInfo.LimitOf(usage.Limit));

    /// <summary>The tag in words; of the transports' tags the driver.</summary>
    public static string DriverOf(BufferTag tag) => TransportDrivers.All.FirstOrDefault(driver => driver.Tag == tag)?.Name ?? tag switch
    {
        BufferTag.Mdl => "control messages",
        BufferTag.SurfacePixels => "surfaces",
        BufferTag.FramePacket => "frame packets",
        BufferTag.TileCache => "tile cache",
        BufferTag.Encoder => "encoders",
        BufferTag.Decoder => "decoders",
        BufferTag.Cursor => "cursors",
        BufferTag.Clipboard => "clipboards",
        BufferTag.RfbViewer => "RFB viewers",
        BufferTag.RfbSource => "RFB sources",
        BufferTag.ShadowStack => "shadow stack",
        BufferTag.PassthruStack => "passthru stack",
        BufferTag.Test => "tests",
        _ => tag.ToString(),
    };
}
