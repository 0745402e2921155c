using System.Buffers;

namespace Umbra.Transports.Reliable;

/// <summary>Buffers of one size, each for the payload of a packet. A few are kept for the next while any is in use.</summary>
internal sealed class PacketBuffers(MemoryPool<byte> memory, int size) : IDisposable
{
    private const int MaxSpare = 32;

    private readonly Stack<IMemoryOwner<byte>> _spare = new();
    private int _used;

    /// <exception cref="Core.Memory.QuotaExceededException">There is no memory.</exception>
    public IMemoryOwner<byte> Rent()
    {
        IMemoryOwner<byte> buffer = _spare.TryPop(out IMemoryOwner<byte>? spare) ? spare : memory.Rent(size);
        _used++;
        return buffer;
    }

    public void Return(IMemoryOwner<byte> buffer)
    {
        _used--;
        if (_used > 0 && _spare.Count < MaxSpare)
        {
            _spare.Push(buffer);
            return;
        }

        buffer.Dispose();
        if (_used == 0)
        {
            Dispose();
        }
    }

    /// <summary>Gives back what is kept.</summary>
    public void Dispose()
    {
        while (_spare.TryPop(out IMemoryOwner<byte>? spare))
        {
            spare.Dispose();
        }
    }
}
