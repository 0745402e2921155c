namespace Umbra.Benchmarks.Link;

/// <summary>One transfer, in one repetition.</summary>
/// <param name="Packets">Bytes of the longest packet on the wire, for people; empty where the kernel decides.</param>
/// <param name="ToNear">From the listening side to the connecting one; of system calls, from one socket to another.</param>
/// <param name="ToTarget">The other way; null: not measured, since both are alike.</param>
/// <param name="Reference">TLS alone over TCP, in the same repetition; null where a ratio says nothing.</param>
internal sealed record LinkResult(string Wire, string Packets, LinkRate ToNear, LinkRate? ToTarget, LinkRate? Reference);
