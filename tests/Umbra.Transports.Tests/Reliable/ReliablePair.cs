using Umbra.Core.Memory;
using Umbra.Transports.Packets;
using Umbra.Transports.Reliable;
using Umbra.Transports.Tests.Packets;

namespace Umbra.Transports.Tests.Reliable;

/// <summary>Two machines, the link between them, and a user at each.</summary>
internal sealed class ReliablePair : IDisposable
{
    public const int LineOverhead = 7;

    /// <summary>Virtual; all that is to happen happens before.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromHours(1);

    /// <param name="thereBytes">Written at the near end; null: nothing, and no end.</param>
    /// <param name="backBytes">Written at the far end.</param>
    public ReliablePair(
        BufferPool pool, IReliableFormat format, ReliableOptions options, WireConditions there, WireConditions back, int seed, long? thereBytes, long? backBytes,
        ReliableRole near = ReliableRole.Connect, ReliableRole far = ReliableRole.Accept, Account? farAccount = null)
    {
        Near = new ReliableStream(near, format, options, pool.AsMemoryPool(BufferTag.Test, pool.Root));
        Far = new ReliableStream(far, format, options, pool.AsMemoryPool(BufferTag.Test, farAccount ?? pool.Root));
        NearUser = new Courier(Near, thereBytes, backBytes, seed);
        FarUser = new Courier(Far, backBytes, thereBytes, seed + 1);
        Link = new LossyLink(Near, Far, there, back, seed)
        {
            Turn = () =>
            {
                NearUser.Turn();
                FarUser.Turn();
            },
        };
    }

    public ReliableStream Near { get; }

    public ReliableStream Far { get; }

    public Courier NearUser { get; }

    public Courier FarUser { get; }

    public LossyLink Link { get; }

    public bool HasFailed => Near.State == PacketStreamState.Failed || Far.State == PacketStreamState.Failed;

    public bool HasEnded => Near.State == PacketStreamState.Ended && Far.State == PacketStreamState.Ended && NearUser.IsDone && FarUser.IsDone;

    /// <summary>What a failed test shows.</summary>
    public override string ToString() =>
        $"at {Link.Now}: near {Near.State} {Near.Failure} {Near.Counters} wrote {NearUser.Written} read {NearUser.Read} {NearUser.IsIntact}, "
        + $"far {Far.State} {Far.Failure} {Far.Counters} wrote {FarUser.Written} read {FarUser.Read} {FarUser.IsIntact}";

    /// <summary>Runs until both have ended, or both have failed or noticed.</summary>
    public void RunToEnd() => Link.Run(() => HasEnded || (Near.State == PacketStreamState.Failed && Far.State == PacketStreamState.Failed), Limit);

    public void Dispose()
    {
        Near.Dispose();
        Far.Dispose();
    }
}
