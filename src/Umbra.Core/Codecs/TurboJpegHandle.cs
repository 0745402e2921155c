using System.Runtime.InteropServices;

namespace Umbra.Core.Codecs;

/// <summary>A compressor or decompressor of the library; its tables and working memory are the library's own. Not thread-safe.</summary>
internal sealed class TurboJpegHandle : SafeHandle
{
    private TurboJpegHandle(nint value)
        : base(0, ownsHandle: true) => SetHandle(value);

    public override bool IsInvalid => handle == 0;

    public static TurboJpegHandle ForCompression() => new(TurboJpeg.InitCompress());

    public static TurboJpegHandle ForDecompression() => new(TurboJpeg.InitDecompress());

    protected override bool ReleaseHandle() => TurboJpeg.Destroy(handle) == 0;
}
