using Umbra.Core.Memory;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>
/// Turns areas of a picture into complete RFB rectangles (12-byte header and body each). What is written depends on the pixels, the areas and
/// the class alone, never on what was written before, so the bytes of one call can be sent, as a whole, to any number of viewers in any order.
/// An encoder keeps working memory: use one per session, from one thread at a time.
/// </summary>
public interface IRectEncoder : IDisposable
{
    /// <param name="rects">Not empty, inside the picture. One of at most 64x64 becomes exactly one rectangle. Together they take fewer bytes than one by one.</param>
    EncodeResult Encode(Canvas canvas, ReadOnlySpan<Rect> rects, in EncodingClass encodingClass, PayloadWriter output);
}
