namespace Umbra.Sessions.Nodes;

/// <summary>What node.json holds: the node's name, and that of the node whose authority it is under.</summary>
internal sealed record AboutNode(string Name, string Issuer);
