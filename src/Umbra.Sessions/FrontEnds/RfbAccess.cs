using System.Security.Cryptography.X509Certificates;
using Umbra.Transports.Listening;

namespace Umbra.Sessions.FrontEnds;

/// <summary>What an RFB listener gives access to, and to whom.</summary>
public sealed record RfbAccess
{
    public required Session Session { get; init; }

    /// <summary>For people: "owner", or who shadows.</summary>
    public required string Who { get; init; }

    public required bool IsOwner { get; init; }

    /// <summary>One seat per connection; its mode is enforced here and, over a link, again on the target node.</summary>
    public required Func<InputSeat> OpenSeat { get; init; }

    /// <summary>Passwords; null where none is asked for.</summary>
    public Tickets? Tickets { get; init; }

    /// <summary>The peers can be on this machine only: security without TLS is offered.</summary>
    public required bool IsLocal { get; init; }

    /// <summary>For VeNCrypt X509, asked for at each handshake; null where it is not offered.</summary>
    public Func<X509Certificate2>? Certificate { get; init; }

    /// <summary>Why nobody is let in just now; null: they are.</summary>
    public Func<string?> WhyClosed { get; init; } = () => null;

    /// <summary>Lets in those who ask for TLS, whose state is the library's own memory; null: all of them.</summary>
    public ConnectionGate? Encrypted { get; init; }

    /// <summary>The access is over: its connections close.</summary>
    public CancellationToken Ended { get; init; }
}
