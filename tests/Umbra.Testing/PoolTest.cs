using System.Collections.Concurrent;
using Umbra.Core.Memory;

namespace Umbra.Testing;

/// <summary>
/// Base of test classes that rent: each test has a pool of its own, watched by a verifier, and fails when a block is still out at its end, with the stack that
/// rented it, or when the verifier found a fault.
/// </summary>
public abstract class PoolTest : IDisposable
{
    /// <summary>A stack walk costs more than most of what is tested. UMBRA_VERIFY_STACKS=1 takes one at each rent, to see who leaves a block out.</summary>
    private static readonly int StackEvery = Environment.GetEnvironmentVariable("UMBRA_VERIFY_STACKS") == "1" ? 1 : 64;

    private readonly ConcurrentQueue<PoolFault> _faults = new();

    protected PoolTest() => Pool.Verifier = new PoolVerifier(TimeProvider.System.GetUtcNow, _faults.Enqueue) { StackEvery = StackEvery };

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
        if (left.Length > 0 || !_faults.IsEmpty)
        {
            throw new InvalidOperationException($"blocks left out at the end of the test: {left}\n{string.Join('\n', _faults)}");
        }
    }
}
