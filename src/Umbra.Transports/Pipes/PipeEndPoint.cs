using System.Net;

namespace Umbra.Transports.Pipes;

/// <summary>A Unix socket's path on which others than its owner are let in, too: those the list names, and nobody else.</summary>
/// <param name="allow">Who may connect.</param>
public sealed class PipeEndPoint(string path, PipeAllowList allow) : EndPoint
{
    public string Path => path;

    public PipeAllowList Allow => allow;

    public override bool Equals(object? obj) => obj is PipeEndPoint other && other.ToString() == ToString();

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    public override string ToString() => $"{path}?allow={allow}";
}
