using System.Buffers;

namespace Umbra.Core.Codecs;

/// <summary>Where an inflate stream reads: bytes borrowed for one rectangle. Their end is not the end of the stream.</summary>
internal sealed class InflateSource : Stream
{
    public ReadOnlySequence<byte> Input { get; set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int count = (int)Math.Min(buffer.Length, Input.Length);
        Input.Slice(0, count).CopyTo(buffer);
        Input = Input.Slice(count);
        return count;
    }

    public override void Flush()
    {
    }

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
