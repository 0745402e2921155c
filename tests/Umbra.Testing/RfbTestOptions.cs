using System.Net;
using System.Net.Sockets;

namespace Umbra.Testing;

/// <summary>How an <see cref="RfbTestClient"/> connects and behaves.</summary>
public sealed record RfbTestOptions
{
    public required EndPoint Server { get; init; }

    /// <summary>VncAuth where the server offers it and this is set; else None.</summary>
    public string? Password { get; init; }

    /// <summary>Encoding numbers, the best first. Sent after the handshake; empty: not sent.</summary>
    public IReadOnlyList<int> Encodings { get; init; } = [1, 0, -223, -224];

    /// <summary>SO_RCVBUF; null leaves it to the system.</summary>
    public int? ReceiveBuffer { get; init; }

    /// <summary>Bytes read per second, at most; null: as fast as they come.</summary>
    public int? BytesPerSecond { get; init; }

    /// <summary>Whether rectangles are decoded; else only measured, which is cheap, and the picture has a size and no pixels.</summary>
    public bool Decodes { get; init; } = true;

    public bool Shared { get; init; } = true;

    /// <summary>HOST:PORT or the path of a Unix socket.</summary>
    public static RfbTestOptions For(string address, string? password = null) => new()
    {
        Server = address.StartsWith('/') ? new UnixDomainSocketEndPoint(address) : IPEndPoint.Parse(address),
        Password = password,
    };
}
