using System.Security.Cryptography.X509Certificates;
using Umbra.Transports.Listening;

namespace Umbra.Sessions.Shadowing;

public sealed record ShadowsOptions
{
    /// <summary>How long a target node may take to answer, connecting included.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan TicketLifetime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>For viewers that use VeNCrypt; null where the node has none.</summary>
    public Func<X509Certificate2>? Certificate { get; init; }

    /// <summary>Lets in viewers that ask for TLS; null: all of them.</summary>
    public ConnectionGate? Encrypted { get; init; }
}
