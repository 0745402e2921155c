using Umbra.Core.Codecs;
using Umbra.Core.Memory;
using Umbra.Core.Surfaces;

namespace Umbra.Sessions;

/// <summary>Says how long an encoder worked.</summary>
/// <param name="inner">Owned from now on.</param>
internal sealed class TimedEncoder(IRectEncoder inner, TimeProvider time, Action<TimeSpan> worked) : IRectEncoder
{
    public EncodeResult Encode(Canvas canvas, ReadOnlySpan<Rect> rects, in EncodingClass encodingClass, PayloadWriter output)
    {
        long begun = time.GetTimestamp();
        EncodeResult result = inner.Encode(canvas, rects, encodingClass, output);
        worked(time.GetElapsedTime(begun));
        return result;
    }

    public void Dispose() => inner.Dispose();
}
