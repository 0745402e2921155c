namespace Umbra.Core.Surfaces;

/// <summary>A processor core that nobody else uses, now and then. Thread-safe.</summary>
public interface ISpareCore
{
    bool IsThere { get; }

    /// <summary>Runs it on another thread, soon.</summary>
    void Run(IThreadPoolWorkItem work);
}
