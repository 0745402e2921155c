using System.Buffers;

namespace Umbra.Transports.Sockets;

/// <summary>
/// Memory in blocks as long as a record of TLS, however few bytes are asked for. Kestrel asks for 4 KiB and reads so much with each call: a record would take five calls, and
/// wake who decrypts it five times. A connection on which nothing comes holds no block.
/// </summary>
internal sealed class LargeBlocks(MemoryPool<byte> inner) : MemoryPool<byte>
{
    private const int BlockBytes = 16 * 1024;

    public override int MaxBufferSize => inner.MaxBufferSize;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => inner.Rent(Math.Max(minBufferSize, BlockBytes));

    protected override void Dispose(bool disposing) => inner.Dispose();
}
