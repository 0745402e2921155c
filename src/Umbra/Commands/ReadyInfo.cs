namespace Umbra.Commands;

/// <summary>What <c>umbra serve</c> says on standard output once it can be talked to.</summary>
internal sealed record ReadyInfo(bool Ready, string ApiSocket, int ProcessId, string Version);
