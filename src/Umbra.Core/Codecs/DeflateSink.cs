using System.Buffers;
using Umbra.Core.Memory;

namespace Umbra.Core.Codecs;

/// <summary>
/// Where a deflate stream writes. Without an output the bytes are dropped: that is how a stream is closed with nothing said.
/// </summary>
internal sealed class DeflateSink : Stream
{
    public PayloadWriter? Output { get; set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer) => Output?.Write(buffer);

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
