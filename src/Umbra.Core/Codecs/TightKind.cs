namespace Umbra.Core.Codecs;

/// <summary>What a Tight rectangle's body is, filter included.</summary>
internal enum TightKind
{
    Fill,
    Jpeg,
    Copy,
    Palette,
    Gradient,
}
