using System.Buffers;

namespace Umbra.Core.Memory;

/// <summary>
/// A <see cref="BufferPool"/> seen as a <see cref="MemoryPool{T}"/>. <see cref="MaxBufferSize"/> is as large as it gets:
/// a Pipe that is asked for more than that takes an unpooled array behind our back.
/// </summary>
internal sealed class TaggedMemoryPool(BufferPool pool, BufferTag tag, Account account) : MemoryPool<byte>
{
    private const int DefaultSize = 4096;

    public override int MaxBufferSize => Array.MaxLength;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => pool.RentOwner(minBufferSize <= 0 ? DefaultSize : minBufferSize, tag, account);

    protected override void Dispose(bool disposing)
    {
    }
}
