using Umbra.Core.Memory;
using Umbra.Memory;

namespace Umbra.Api;

/// <summary>The most this node may ever hold, part by part, beside what it holds now. Hosted desktops are processes of their own, and not in it.</summary>
/// <param name="Lines">Their bounds make the sum.</param>
/// <param name="Resident">Bytes of the process in memory now, program files among them, the kernel's socket buffers not.</param>
/// <param name="ProcessLimit">The most the whole process may use; null: nobody has said, and nothing is known of the machine.</param>
internal sealed record PromiseInfo(IReadOnlyList<PromiseLineInfo> Lines, long Sum, long Resident, long? ProcessLimit = null)
{
    public static PromiseInfo From(MemoryPlan plan, BufferPool pool)
    {
        long inPool = pool.Root.Bytes;
        long kept = pool.KeptBytes;

        // The pool's blocks are objects of the runtime's heap too.
        long heap = GC.GetGCMemoryInfo().TotalCommittedBytes;
        return new PromiseInfo(
            [.. plan.Lines.Select(line => new PromiseLineInfo(line.Part, line.What, line.Bound, line.Why, InUse(line.Part, inPool, kept, heap)))],
            plan.Sum, ProcessMemory.Resident, plan.ProcessLimit);
    }

    private static long? InUse(PlanPart part, long pool, long kept, long heap) => part switch
    {
        PlanPart.Pool => pool,
        PlanPart.Kept => kept,
        PlanPart.Managed => Math.Max(0, heap - pool - kept),
        _ => null,
    };
}
