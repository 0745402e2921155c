using Umbra.Core.Memory;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>
/// Turns an area of a picture into complete RFB rectangles (12-byte header and body each). What is written depends on the pixels and
/// the class alone, never on what was written before, so the bytes can be sent to any number of viewers in any order.
/// An encoder keeps working memory: use one per session, from one thread at a time.
/// </summary>
public interface IRectEncoder : IDisposable
{
    /// <param name="rect">Not empty, inside the picture. One of at most 64x64 becomes exactly one rectangle.</param>
    EncodeResult Encode(Canvas canvas, Rect rect, in EncodingClass encodingClass, PayloadWriter output);
}
