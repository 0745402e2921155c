using Umbra.Core.Codecs;
using Umbra.Core.Memory;
using Umbra.Core.Surfaces;

namespace Umbra.Sessions;

/// <summary>An encoder, and how long it has worked; that may be read from any thread.</summary>
/// <param name="inner">Owned from now on.</param>
internal sealed class TimedEncoder(IRectEncoder inner, TimeProvider time) : IRectEncoder
{
    private long _ticks;

    public TimeSpan Spent => new(Volatile.Read(ref _ticks));

    public EncodeResult Encode(Canvas canvas, Rect rect, in EncodingClass encodingClass, PayloadWriter output)
    {
        long begun = time.GetTimestamp();
        EncodeResult result = inner.Encode(canvas, rect, encodingClass, output);
        Volatile.Write(ref _ticks, _ticks + time.GetElapsedTime(begun).Ticks);
        return result;
    }

    public void Dispose() => inner.Dispose();
}
