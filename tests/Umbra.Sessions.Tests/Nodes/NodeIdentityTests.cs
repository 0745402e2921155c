using System.Runtime.Versioning;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Umbra.Sessions.Nodes;

namespace Umbra.Sessions.Tests.Nodes;

[UnsupportedOSPlatform("windows")]
public sealed class NodeIdentityTests : NodeTest
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly DirectoryInfo _parent = Directory.CreateTempSubdirectory("umbra-test-");

    private string State => Path.Combine(_parent.FullName, "state");

    [Fact]
    public void Create_NewDirectory_FilesOnlyTheOwnerCanRead()
    {
        using NodeIdentity identity = NodeIdentity.Create(State, "server-b", Time);

        Assert.Equal(OwnerFile | UnixFileMode.UserExecute, File.GetUnixFileMode(State));
        string[] files = [.. Directory.GetFiles(State).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];
        Assert.Equal(["ca.crt", "ca.key", "lock", "node.crt", "node.json", "node.key"], files);
        Assert.All(files, f => Assert.Equal(OwnerFile, File.GetUnixFileMode(Path.Combine(State, f))));
    }

    [Fact]
    public void Create_ThenLoad_SameNode()
    {
        using NodeIdentity made = NodeIdentity.Create(State, "server-b", Time);
        using NodeIdentity loaded = NodeIdentity.Load(State);

        Assert.Equal("server-b", loaded.Name);
        Assert.True(loaded.IsIssuer);
        Assert.Equal(made.KeyHash, loaded.KeyHash);
        Assert.True(loaded.Certificate.HasPrivateKey);
        Assert.False(loaded.Authority.HasPrivateKey);
        Assert.InRange(loaded.ExpiresAt - Time.GetUtcNow(), TimeSpan.FromDays(360), TimeSpan.FromDays(370));
        Assert.Equal("CN=server-b", loaded.Certificate.Subject);
        Assert.Null(NodeCertificates.Check(loaded.Certificate, loaded.Authority, NodeCertificates.ServerUse, Time.GetUtcNow()));
        Assert.Null(NodeCertificates.Check(loaded.Certificate, loaded.Authority, NodeCertificates.ClientUse, Time.GetUtcNow()));
        Assert.Equal("1.2.840.10045.3.1.7", loaded.Certificate.GetECDsaPublicKey()!.ExportParameters(false).Curve.Oid.Value);
    }

    [Fact]
    public void Create_NodeIsThere_RefusesAndKeepsIt()
    {
        using NodeIdentity first = NodeIdentity.Create(State, "server-b", Time);

        AssertRefused("already", () => NodeIdentity.Create(State, "server-c", Time));
        using NodeIdentity loaded = NodeIdentity.Load(State);
        Assert.Equal(first.KeyHash, loaded.KeyHash);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("a..b")]
    [InlineData("xn--a")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("a\n")]
    [InlineData("sérver")]
    [InlineData("CN=x,O=y")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123")]
    public void Create_NameNotAllowed_Refuses(string name)
    {
        AssertRefused(NodeNames.Rule, () => NodeIdentity.Create(State, name, Time));
        Assert.False(Directory.Exists(State));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("10.0.0.1")]
    [InlineData("Server-B.example.org")]
    [InlineData("012345678901234567890123456789012345678901234567890123456789012")]
    public void Create_NameAllowed_IsInTheCertificate(string name)
    {
        using NodeIdentity identity = NodeIdentity.Create(State, name, Time);

        Assert.True(NodeCertificates.IsFor(identity.Certificate, name));
    }

    [Fact]
    public void Load_NoDirectory_SaysWhatToRun() =>
        AssertRefused("umbra node init --name NAME", () => NodeIdentity.Load(State));

    [Fact]
    public void Load_EmptyDirectory_SaysWhatToRun()
    {
        Directory.CreateDirectory(State, OwnerFile | UnixFileMode.UserExecute);

        AssertRefused("umbra node init --name NAME", () => NodeIdentity.Load(State));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void Load_KeyOpenToOthers_SaysTheChmod(UnixFileMode others)
    {
        NodeIdentity.Create(State, "server-b", Time).Dispose();
        string key = Path.Combine(State, "node.key");
        File.SetUnixFileMode(key, OwnerFile | others);

        AssertRefused($"chmod 600 {key}", () => NodeIdentity.Load(State));
    }

    [Fact]
    public void Load_DirectoryOpenToOthers_SaysTheChmod()
    {
        NodeIdentity.Create(State, "server-b", Time).Dispose();
        File.SetUnixFileMode(State, OwnerFile | UnixFileMode.UserExecute | UnixFileMode.GroupWrite);

        AssertRefused($"chmod 700 {State}", () => NodeIdentity.Load(State));
    }

    [Theory]
    [InlineData("node.json", "{}")]
    [InlineData("node.json", "")]
    [InlineData("node.key", "no key")]
    [InlineData("node.crt", "no certificate")]
    [InlineData("ca.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")]
    public void Load_DamagedFile_SaysSo(string file, string content)
    {
        NodeIdentity.Create(State, "server-b", Time).Dispose();
        File.WriteAllText(Path.Combine(State, file), content);

        AssertRefused("damaged", () => NodeIdentity.Load(State));
    }

    [Fact]
    public void Load_AnotherNodesKey_SaysDamaged()
    {
        NodeIdentity.Create(State, "server-b", Time).Dispose();
        TestNode other = NewNode("server-c");
        File.Copy(Path.Combine(other.Path, "node.key"), Path.Combine(State, "node.key"), overwrite: true);

        AssertRefused("damaged", () => NodeIdentity.Load(State));
    }

    [Theory]
    [InlineData("ca.key")]
    [InlineData("ca.crt")]
    [InlineData("node.key")]
    [InlineData("node.crt")]
    public void Create_AfterAnInitThatWasKilledBeforeItsCommit_Works(string leftover)
    {
        StateDirectory directory = StateDirectory.OpenOrCreate(State);
        directory.Write(leftover, "half written");
        File.WriteAllText(Path.Combine(State, ".commit.json.0.tmp"), "{\"node.json\":");
        using NodeIdentity identity = NodeIdentity.Create(State, "server-b", Time);

        Assert.Equal("server-b", identity.Name);
    }

    [Fact]
    public void Load_CommitThatWasKilledHalfWay_IsFinished()
    {
        NodeIdentity.Create(State, "server-b", Time).Dispose();
        TestNode other = NewNode("server-c");
        string[] files = ["node.key", "node.crt", "ca.key", "ca.crt", "node.json"];
        Dictionary<string, string> replacement = files.ToDictionary(f => f, f => File.ReadAllText(Path.Combine(other.Path, f)));

        // As left by a kill after the journal and the first of the files.
        StateDirectory directory = StateDirectory.Open(State);
        directory.Write(StateDirectory.Journal, JsonSerializer.Serialize(replacement));
        directory.Write("node.key", replacement["node.key"]);

        using NodeIdentity loaded = NodeIdentity.Load(State);
        Assert.Equal("server-c", loaded.Name);
        Assert.False(File.Exists(Path.Combine(State, StateDirectory.Journal)));
    }

    [Fact]
    public void Load_TemporaryFilesLeft_AreNotRead()
    {
        using NodeIdentity made = NodeIdentity.Create(State, "server-b", Time);
        foreach (string file in new[] { "node.json", "node.key", "ca.crt", "peers.json", "commit.json" })
        {
            File.WriteAllText(Path.Combine(State, $".{file}.0123.tmp"), "garbage");
        }

        using NodeState state = NodeState.Open(State, Time);
        Assert.Equal(made.KeyHash, state.Identity.KeyHash);
        Assert.Empty(state.Peers.All);
    }

    [Fact]
    public void Open_AnotherProcessHasIt_Refuses()
    {
        NodeIdentity.Create(State, "server-b", Time).Dispose();
        using NodeState state = NodeState.Open(State, Time);

        AssertRefused("another umbra process", () => NodeState.Open(State, Time));
    }

    [Theory]
    [InlineData("peers.json", "[{}]")]
    [InlineData("invites.json", "nonsense")]
    public void Open_DamagedList_Refuses(string file, string content)
    {
        NodeIdentity.Create(State, "server-b", Time).Dispose();
        StateDirectory.Open(State).Write(file, content);

        AssertRefused("damaged", () => NodeState.Open(State, Time));
    }

    private static void AssertRefused(string because, Func<object> action) =>
        Assert.Contains(because, Assert.Throws<NodeStateException>(action).Message, StringComparison.Ordinal);

    protected override void Dispose(bool disposing)
    {
        _parent.Delete(recursive: true);
        base.Dispose(disposing);
    }
}
