namespace Umbra.Q315817;

/// <summary>One moment of a run.</summary>
/// <param name="Seconds">Since the act began.</param>
/// <param name="Gigabytes">Shadowed by then.</param>
/// <param name="Descriptors">Near node's pool, tag Mdl: bytes out.</param>
/// <param name="Driver">Near node's pool, the driver's tag: bytes out.</param>
/// <param name="Other">Near node's pool, all other tags: bytes out.</param>
/// <param name="Resident">Bytes of the process, both nodes and the viewers.</param>
/// <param name="Handles">Descriptors the process has open.</param>
/// <param name="OwnerUpdates">Read by the owner by then.</param>
internal sealed record RunSample(double Seconds, double Gigabytes, long Descriptors, long Driver, long Other, long Resident, int Handles, int OwnerUpdates);
