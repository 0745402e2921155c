namespace Umbra.Core.Memory;

/// <summary>A rent was refused because an account or a tag would have held more than its limit, or was closed, or the system has no memory. Ours to solve: shed load.</summary>
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

    /// <summary>The tag's own limit is reached.</summary>
    public QuotaExceededException(TagUsage tag, long requestedBytes)
        : base($"quota exceeded: tag {tag.Name}, {requestedBytes} bytes wanted, {tag.Bytes} of {tag.Limit} held")
    {
        Tag = tag.Tag;
        RequestedBytes = requestedBytes;
    }

    /// <summary>The system has no memory.</summary>
    public QuotaExceededException(BufferTag tag, long requestedBytes)
        : base($"the system has no memory: tag {tag.Name()}, {requestedBytes} bytes wanted; end sessions, lower memoryLimit, or give the machine more")
    {
        Tag = tag;
        RequestedBytes = requestedBytes;
    }

    public BufferTag Tag { get; }

    /// <summary>Null where it was the tag or the system.</summary>
    public Account? RefusedBy { get; }

    public long RequestedBytes { get; }
}
