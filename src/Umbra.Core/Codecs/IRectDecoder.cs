using System.Buffers;
using Umbra.Core.Surfaces;

namespace Umbra.Core.Codecs;

/// <summary>
/// Reads the body of RFB rectangles into a picture, resumable at any byte: <see cref="TryDecode"/> consumes what it can and returns false for more.
/// Call <see cref="Begin"/> for each rectangle. Holds what the encoding keeps per connection (zlib streams) until disposed.
/// </summary>
public interface IRectDecoder : IDisposable
{
    /// <summary>Starts a rectangle that lies inside <paramref name="canvas"/>.</summary>
    void Begin(Canvas canvas, Rect rect);

    /// <returns>True when the rectangle is complete; false when more bytes are needed.</returns>
    /// <exception cref="Rfb.ProtocolException">The bytes are not this encoding, or a length is over its limit.</exception>
    bool TryDecode(ref SequenceReader<byte> reader);
}
