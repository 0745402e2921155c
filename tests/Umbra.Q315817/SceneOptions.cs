using Umbra.Core.Surfaces;

namespace Umbra.Q315817;

/// <summary>How a <see cref="Scene"/> is made.</summary>
/// <param name="Transport">"pipe" or "tcp".</param>
/// <param name="Fault">Of the near node's driver.</param>
/// <param name="IsProtected">The near node watches over its memory, and recycles links that leak; else nobody looks.</param>
/// <param name="NearLimit">Bytes of the near node's pool.</param>
/// <param name="VerifyEvery">One rent in so many of the near node's descriptors has its stack recorded; 0: none.</param>
internal sealed record SceneOptions(string Transport, DriverFault Fault, bool IsProtected, long NearLimit = 1L << 30, int VerifyEvery = 0)
{
    /// <summary>Of the session.</summary>
    public Size Size { get; init; } = new(1280, 800);
}
