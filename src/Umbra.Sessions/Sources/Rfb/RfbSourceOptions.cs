using Umbra.Core.Rfb;
using Umbra.Transports;

namespace Umbra.Sessions.Sources.Rfb;

/// <summary>How to reach an RFB server and what to ask it for.</summary>
public sealed record RfbSourceOptions
{
    public required RfbAddress Address { get; init; }

    /// <summary>For people: see <see cref="ISessionSource.Kind"/>.</summary>
    public string Kind { get; init; } = "vnc";

    /// <summary>
    /// Called when the server wants a password: its bytes, or null where there is none. What it returns is cleared after use.
    /// </summary>
    public Func<byte[]?>? Password { get; init; }

    /// <summary>
    /// PEM file of the authorities that may vouch for the server's certificate; with it, only VeNCrypt will do. Null: VeNCrypt is taken only where the server
    /// offers nothing else, and the system's authorities vouch. (Many servers offer VeNCrypt with anonymous key exchange alone, which cannot be seen before it
    /// is chosen.) Read at each connection. Either way the certificate must be for the host of <see cref="Address"/>, "localhost" for a Unix socket.
    /// </summary>
    public string? AuthorityFile { get; init; }

    /// <summary>
    /// Picture encodings, the preferred first; CopyRect is added. Null: Raw on the same machine, else the compressing ones.
    /// </summary>
    public IReadOnlyList<RfbEncoding>? Encodings { get; init; }

    /// <summary>For the kernel's buffers.</summary>
    public TransportOptions Transport { get; init; } = new();

    /// <summary>How long connecting and the handshake may take together: a machine that is gone does not even refuse.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
