using System.Net;

namespace Umbra.Transports.Memory;

/// <summary>A name in this process that one listens on and others connect to.</summary>
public sealed class MemoryEndPoint(string name) : EndPoint
{
    public string Name { get; } = name;

    public override bool Equals(object? obj) => obj is MemoryEndPoint other && other.Name == Name;

    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => $"memory://{Name}";
}
