using Umbra.Core.Surfaces;

namespace Umbra.Core.Tests.Surfaces;

/// <summary>There is a core to spare, or never one.</summary>
internal sealed record AlwaysSpare(bool IsThere = true) : ISpareCore
{
    public bool TryRun(IThreadPoolWorkItem work) => IsThere && ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);
}
