using System.Buffers;

namespace Umbra.Transports.Reliable;

/// <summary>A packet that is not acknowledged yet, in a <see cref="SendWindow"/>.</summary>
internal struct SendSlot
{
    /// <summary>What ends a list.</summary>
    public const long None = -1;

    /// <summary>Null of the end of the stream, and once it is acknowledged.</summary>
    public IMemoryOwner<byte>? Buffer;
    public int Length;
    public bool IsEnd;
    public SendSlotState State;
    public int Sendings;
    public TimeSpan SentAt;

    /// <summary>The how manieth of all sendings its last was.</summary>
    public long Order;

    /// <summary>Neighbours in the list of those in the same state.</summary>
    public long Before;
    public long After;
}
