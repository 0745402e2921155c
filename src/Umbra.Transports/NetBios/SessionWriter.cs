using System.Buffers;
using System.Runtime.CompilerServices;

namespace Umbra.Transports.NetBios;

/// <summary>Puts what is written into messages of a session. Header and message leave with one write, from a block that is rented for as long as that takes.</summary>
internal sealed class SessionWriter(Stream stream, MemoryPool<byte> pool)
{
    /// <summary>What one message carries at most. A record of TLS, 16 KiB and a little, goes in one.</summary>
    public const int MaxChunkBytes = 32 * 1024;

    private static readonly byte[] KeepAlive = [(byte)SessionPacketType.KeepAlive, 0, 0, 0];

    /// <summary>A keep-alive must not come between the pieces of a message.</summary>
    private readonly SemaphoreSlim _gate = new(1);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        using IMemoryOwner<byte> block = pool.Rent(SessionHeader.Size + Math.Min(bytes.Length, MaxChunkBytes));
        await _gate.WaitAsync(cancellationToken);
        try
        {
            for (int at = 0; at < bytes.Length; at += MaxChunkBytes)
            {
                ReadOnlyMemory<byte> chunk = bytes.Slice(at, Math.Min(bytes.Length - at, MaxChunkBytes));
                new SessionHeader(SessionPacketType.Message, chunk.Length).Write(block.Memory.Span);
                chunk.CopyTo(block.Memory[SessionHeader.Size..]);
                await stream.WriteAsync(block.Memory[..(SessionHeader.Size + chunk.Length)], cancellationToken);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Says that this side is still there, unless something is being written, which says so as well. Never throws for the wire.</summary>
    public async Task KeepAliveAsync()
    {
        if (!await _gate.WaitAsync(0))
        {
            return;
        }

        try
        {
            await stream.WriteAsync(KeepAlive);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Over: whoever reads from it is told.
        }
        finally
        {
            _gate.Release();
        }
    }
}
