using System.Reflection;
using System.Runtime.InteropServices;

namespace Umbra.Core.Codecs;

/// <summary>
/// The part of libjpeg-turbo's TurboJPEG 2 interface that is used here. Functions return 0, or -1 with an error in the handle.
/// </summary>
internal static unsafe partial class TurboJpeg
{
    /// <summary>TJPF_BGRX: the canvas as it is.</summary>
    public const int PixelFormatBgrx = 3;

    /// <summary>TJFLAG_NOREALLOC: the output is ours, and as large as <see cref="BufferSize"/> says.</summary>
    public const int NoRealloc = 1024;

    /// <summary>TJFLAG_FASTDCT.</summary>
    public const int FastDct = 2048;

    /// <summary>TJFLAG_LIMITSCANS: refuses progressive pictures of more than 500 scans.</summary>
    public const int LimitScans = 32768;

    /// <summary>TJERR_WARNING: the picture is damaged but was decoded.</summary>
    public const int ErrorIsWarning = 0;

    private const string Library = "libturbojpeg.so.0";
    private static readonly string[] Names = [Library, "turbojpeg", "libturbojpeg"];

    static TurboJpeg() => NativeLibrary.SetDllImportResolver(
        typeof(TurboJpeg).Assembly, (name, assembly, path) => name == Library ? Load(assembly, path) : 0);

    public static bool CanLoad() => Load(typeof(TurboJpeg).Assembly, null) != 0;

    [LibraryImport(Library, EntryPoint = "tjInitCompress")]
    public static partial nint InitCompress();

    [LibraryImport(Library, EntryPoint = "tjInitDecompress")]
    public static partial nint InitDecompress();

    [LibraryImport(Library, EntryPoint = "tjDestroy")]
    public static partial int Destroy(nint handle);

    [LibraryImport(Library, EntryPoint = "tjBufSize")]
    public static partial CULong BufferSize(int width, int height, int subsampling);

    [LibraryImport(Library, EntryPoint = "tjCompress2")]
    public static partial int Compress(
        TurboJpegHandle handle, byte* source, int width, int pitch, int height, int pixelFormat,
        byte** jpeg, CULong* jpegSize, int subsampling, int quality, int flags);

    [LibraryImport(Library, EntryPoint = "tjDecompressHeader3")]
    public static partial int DecompressHeader(
        TurboJpegHandle handle, byte* jpeg, CULong jpegSize, out int width, out int height, out int subsampling, out int colourSpace);

    [LibraryImport(Library, EntryPoint = "tjDecompress2")]
    public static partial int Decompress(
        TurboJpegHandle handle, byte* jpeg, CULong jpegSize, byte* target, int width, int pitch, int height, int pixelFormat, int flags);

    [LibraryImport(Library, EntryPoint = "tjGetErrorCode")]
    public static partial int ErrorCode(TurboJpegHandle handle);

    private static nint Load(Assembly assembly, DllImportSearchPath? path)
    {
        foreach (string name in Names)
        {
            if (NativeLibrary.TryLoad(name, assembly, path, out nint library))
            {
                return library;
            }
        }

        return 0;
    }
}
