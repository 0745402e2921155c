using System.Buffers.Binary;
using Umbra.Core.Memory;
using Umbra.Core.Rfb;

namespace Umbra.Sessions.Nodes;

/// <summary>
/// Frames over a stream: U32 length of the payload | U8 type | payload; everything big-endian. The stream stays the caller's. One reader
/// and one writer at a time.
/// </summary>
internal sealed class EnrolmentChannel(Stream stream, BufferPool pool, Account account)
{
    private const int HeaderBytes = 5;

    public async Task SendAsync<T>(T message, CancellationToken cancellationToken)
        where T : IEnrolmentMessage
    {
        using PayloadWriter writer = new(pool, BufferTag.Mdl, account);
        writer.GetSpan(HeaderBytes)[..HeaderBytes].Clear();
        writer.Advance(HeaderBytes);
        message.Write(writer);
        BinaryPrimitives.WriteUInt32BigEndian(writer.Written, (uint)(writer.Length - HeaderBytes));
        writer.Written[4] = T.Type;
        using SharedLease copy = writer.ToShared(BufferTag.Mdl, account);
        await stream.WriteAsync(copy.Memory, cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }

    /// <summary>The next frame, which the caller disposes; null where the stream ended before one began.</summary>
    /// <exception cref="ProtocolException">Too long, or the stream ended inside it.</exception>
    public async Task<EnrolmentFrame?> ReceiveAsync(CancellationToken cancellationToken)
    {
        using Lease header = pool.Rent(HeaderBytes, BufferTag.Mdl, account);
        int got = await stream.ReadAtLeastAsync(header.Memory, HeaderBytes, throwOnEndOfStream: false, cancellationToken);
        if (got < HeaderBytes)
        {
            return got == 0 ? null : throw new ProtocolException("the connection ended inside a frame");
        }

        uint length = BinaryPrimitives.ReadUInt32BigEndian(header.Span);
        byte type = header.Span[4];
        if (length is 0 or > EnrolmentLimits.MaxFrameBytes)
        {
            throw new ProtocolException($"enrolment frame of {length} bytes, 1 to {EnrolmentLimits.MaxFrameBytes} allowed");
        }

        return new EnrolmentFrame(type, await ReadPayloadAsync((int)length, cancellationToken));
    }

    private async Task<Lease> ReadPayloadAsync(int length, CancellationToken cancellationToken)
    {
        Lease payload = pool.Rent(length, BufferTag.Mdl, account);
        try
        {
            int got = await stream.ReadAtLeastAsync(payload.Memory, length, throwOnEndOfStream: false, cancellationToken);
            return got == length ? payload : throw new ProtocolException("the connection ended inside a frame");
        }
        catch
        {
            payload.Dispose();
            throw;
        }
    }
}
