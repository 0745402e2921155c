using System.Net;

namespace Umbra.Transports.Serial;

/// <summary>A serial device and how it is run: what one listens on and connects to.</summary>
internal sealed class SerialEndPoint(string path, SerialSettings settings, LineRole role, string text) : EndPoint
{
    public string Path => path;

    public SerialSettings Settings => settings;

    public LineRole Role => role;

    public override bool Equals(object? obj) => obj is SerialEndPoint other && other.ToString() == text;

    public override int GetHashCode() => text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => text;
}
