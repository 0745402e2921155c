namespace Umbra.Core.Memory;

/// <summary>One stripe's share of the free blocks of a class beyond its slot.</summary>
internal sealed class FreeStripe
{
    public Lock Gate { get; } = new();

    /// <summary>Under <see cref="Gate"/>.</summary>
    public Stack<Block> Stack { get; } = [];

    public void Push(Block block)
    {
        lock (Gate)
        {
            Stack.Push(block);
        }
    }

    public Block? Pop()
    {
        // Only looked at, so that an empty one of others costs little.
        if (Stack.Count == 0)
        {
            return null;
        }

        lock (Gate)
        {
            return Stack.TryPop(out Block? block) ? block : null;
        }
    }
}
