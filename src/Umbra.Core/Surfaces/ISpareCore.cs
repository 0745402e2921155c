namespace Umbra.Core.Surfaces;

/// <summary>A processor core that nobody else uses, now and then. Thread-safe.</summary>
public interface ISpareCore
{
    /// <summary>Runs it on another thread, soon.</summary>
    /// <returns>False, and nothing runs, where there is none.</returns>
    bool TryRun(IThreadPoolWorkItem work);
}
