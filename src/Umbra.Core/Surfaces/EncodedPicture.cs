using Umbra.Core.Codecs;
using Umbra.Core.Memory;

namespace Umbra.Core.Surfaces;

/// <summary>Complete RFB rectangles of one class, shared by everybody who is sent them. Whoever holds one owns a reference on the bytes.</summary>
public readonly record struct EncodedPicture(SharedLease Bytes, EncodeResult Result)
{
    public EncodedPicture Retain() => this with { Bytes = Bytes.Retain() };
}
