namespace Umbra.Core.Rfb;

/// <summary>What a fence asks for (rfbproto, Fence).</summary>
[Flags]
public enum FenceFlags : uint
{
    None = 0,
    /// <summary>Everything before the fence is dealt with before it is answered.</summary>
    BlockBefore = 1,
    /// <summary>Nothing after the fence is dealt with before it is answered.</summary>
    BlockAfter = 2,
    /// <summary>The message after the fence takes effect exactly when the answer is sent.</summary>
    SyncNext = 4,
    /// <summary>A question; the answer is the same fence without this bit.</summary>
    Request = 1u << 31,
}
