namespace Umbra.Core.Codecs;

/// <summary>The first byte of a Hextile tile (RFC 6143, 7.7.4).</summary>
[Flags]
internal enum HextileFlags : byte
{
    None = 0,
    Raw = 1,
    BackgroundSpecified = 2,
    ForegroundSpecified = 4,
    AnySubrects = 8,
    SubrectsColoured = 16,
}
