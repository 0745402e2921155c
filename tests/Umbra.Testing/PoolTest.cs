using Umbra.Core.Memory;

namespace Umbra.Testing;

/// <summary>Base of test classes that rent: each test has a pool of its own and fails when a block is still out at its end.</summary>
public abstract class PoolTest : IDisposable
{
    protected BufferPool Pool { get; } = new();

    protected Account Account => Pool.Root;

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        string left = string.Join(", ", Pool.ReadTags().Where(t => t.Outstanding != 0).Select(t => $"{t.Name}: {t.Outstanding} blocks, {t.Bytes} bytes"));
        Pool.Dispose();
        if (left.Length > 0)
        {
            throw new InvalidOperationException($"blocks left out at the end of the test: {left}");
        }
    }
}
