using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Umbra.Core.Memory;
using Umbra.Sessions.Nodes;

namespace Umbra.Sessions.Tests.Nodes;

/// <summary>A node in a directory of its own, which goes with it.</summary>
internal sealed class TestNode : IDisposable
{
    private readonly DirectoryInfo _directory;
    private readonly BufferPool _pool;

    public TestNode(string name, TimeProvider time, BufferPool pool)
    {
        _pool = pool;
        _directory = Directory.CreateTempSubdirectory("umbra-test-");
        NodeIdentity.Create(Path, name, time).Dispose();
        State = NodeState.Open(Path, time);
        Tls = new NodeTls(State, Log);
    }

    public string Path => _directory.FullName;

    public NodeState State { get; private set; }

    public NodeTls Tls { get; private set; }

    public TestLog<NodeTls> Log { get; } = new();

    public EnrolmentServer Server =>
        new(State, [$"pipe:///run/{State.Identity.Name}.sock"], _pool, _pool.Root, NullLogger<EnrolmentServer>.Instance);

    public EnrolmentClient Client => new(State, [$"tcp://{State.Identity.Name}:7000"], _pool, _pool.Root);

    /// <summary>As after a process's end.</summary>
    public void Restart()
    {
        TimeProvider time = State.Time;
        State.Dispose();
        State = NodeState.Open(Path, time);
        Tls = new NodeTls(State, Log);
    }

    /// <summary>What `umbra serve` does with one connection: TLS, then enrolment for the holder of an invite.</summary>
    public async Task<Peer?> ServeAsync(Stream wire, CancellationToken cancellationToken)
    {
        await using SslStream tls = new(wire);
        await tls.AuthenticateAsServerAsync(Tls.ServerOptions(), cancellationToken);
        PeerIdentity who = Tls.IdentifyClient((X509Certificate2?)tls.RemoteCertificate);
        return who.Kind == PeerKind.Invite ? await Server.HandleAsync(tls, who, cancellationToken) : who.Peer;
    }

    public void Dispose()
    {
        State.Dispose();
        _directory.Delete(recursive: true);
    }
}
