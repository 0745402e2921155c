namespace Umbra.Core.Codecs;

/// <summary>
/// JPEG through libjpeg-turbo (libturbojpeg.so.0), found at run time. Where it is absent the Tight encoder never uses JPEG and the
/// decoder refuses it, so a client must not announce a JPEG quality then.
/// </summary>
public static class JpegCodec
{
    private static readonly Lazy<bool> Loaded = new(TurboJpeg.CanLoad);

    /// <summary>Levels of quality are 0 to this.</summary>
    public const int MaxLevel = 9;

    public static bool IsAvailable => Loaded.Value;
}
