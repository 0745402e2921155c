using Umbra.Core.Codecs;
using Umbra.Core.Rfb;

namespace Umbra.Core.Tests.Codecs;

public sealed class EncodingClassTests
{
    [Fact]
    public void ToString_Ends() =>
        Assert.StartsWith("Tight, quality 8", new EncodingClass(RfbEncoding.Tight, PixelFormat.Bgrx, 8).ToString(), StringComparison.Ordinal);
}
