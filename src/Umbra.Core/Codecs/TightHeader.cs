namespace Umbra.Core.Codecs;

/// <summary>How a Tight rectangle is sent. <see cref="Length"/> is that of the body: compressed or JPEG bytes, or plain data.</summary>
internal readonly record struct TightHeader(TightKind Kind, int Stream, bool IsCompressed, int Colours, int Length);
