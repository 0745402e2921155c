namespace Umbra.Core.Memory;

/// <summary>A rent was refused because an account would have held more than its limit, or was closed. Ours to solve: shed load.</summary>
public sealed class QuotaExceededException : Exception
{
    public QuotaExceededException(BufferTag tag, Account refusedBy, long requestedBytes)
        : base(refusedBy.IsClosed
            ? $"account is closed: {refusedBy.Name}, tag {tag.Name()}, {requestedBytes} bytes"
            : $"quota exceeded: account {refusedBy.Name}, tag {tag.Name()}, {requestedBytes} bytes wanted, {refusedBy.Bytes} of {refusedBy.Limit} held{(refusedBy.Reserve > 0 ? $", {refusedBy.Reserve} of them reserved" : "")}")
    {
        Tag = tag;
        RefusedBy = refusedBy;
        RequestedBytes = requestedBytes;
    }

    public BufferTag Tag { get; }

    public Account RefusedBy { get; }

    public long RequestedBytes { get; }
}
