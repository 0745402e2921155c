namespace Umbra.Sessions.Tests.Nodes;

/// <summary>Gives these bytes in small pieces, then ends; keeps what is written.</summary>
internal sealed class OneWayStream(byte[] input, int piece = int.MaxValue) : Stream
{
    private int _at;

    public MemoryStream Output { get; } = new();

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count)
    {
        int n = Math.Min(Math.Min(count, piece), input.Length - _at);
        input.AsSpan(_at, n).CopyTo(buffer.AsSpan(offset));
        _at += n;
        return n;
    }

    public override void Write(byte[] buffer, int offset, int count) => Output.Write(buffer, offset, count);

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
