using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Umbra.Sessions.Nodes;

/// <summary>
/// Who this node is: a name, a key of its own, and a certificate from an authority. A new node is its own authority and can invite others;
/// a node that joined another carries that one's certificate and keeps no authority of its own. Immutable; a join or a renewal makes a new
/// one.
/// </summary>
public sealed class NodeIdentity : IDisposable
{
    internal const string AboutFile = "node.json";
    internal const string KeyFile = "node.key";
    internal const string CertificateFile = "node.crt";
    internal const string AuthorityKeyFile = "ca.key";
    internal const string AuthorityFile = "ca.crt";
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(90);
    private readonly StateDirectory _directory;

    private NodeIdentity(StateDirectory directory, AboutNode about, X509Certificate2 certificate, X509Certificate2 authority)
    {
        _directory = directory;
        Name = about.Name;
        Issuer = about.Issuer;
        Certificate = certificate;
        Authority = authority;
        KeyHash = NodeCertificates.KeyHash(certificate);
    }

    public string Name { get; }

    /// <summary>The node whose authority signed our certificate; our own name where we are it.</summary>
    public string Issuer { get; }

    /// <summary>True where this node can invite others.</summary>
    public bool IsIssuer => NodeNames.Same(Name, Issuer);

    /// <summary>With its private key. Owned by this object.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The authority's certificate, without key. Owned by this object.</summary>
    public X509Certificate2 Authority { get; }

    /// <summary>SHA-256 of our public key, upper-case hex.</summary>
    public string KeyHash { get; }

    public DateTimeOffset ExpiresAt => Certificate.NotAfter;

    /// <summary>Makes a node: its own authority and a certificate for about a year.</summary>
    /// <exception cref="NodeStateException">The name is not valid, or there is a node already.</exception>
    public static NodeIdentity Create(string stateDirectory, string name, TimeProvider time)
    {
        if (!NodeNames.IsValid(name))
        {
            throw new NodeStateException($"\"{name}\" cannot be a node's name: {NodeNames.Rule}");
        }

        StateDirectory directory = StateDirectory.OpenOrCreate(stateDirectory);
        using (directory.Lock())
        {
            if (directory.Exists(AboutFile))
            {
                throw new NodeStateException($"there is a node in {directory.Path} already; keep it, or choose another state directory");
            }

            directory.Commit(NewFiles(name, time.GetUtcNow()));
            return Load(directory);
        }
    }

    /// <summary>Whether a node was initialised there.</summary>
    public static bool IsIn(string stateDirectory) => File.Exists(Path.Combine(stateDirectory, AboutFile));

    /// <summary>Reads a node.</summary>
    /// <exception cref="NodeStateException">No node there, a file is damaged or open to other users.</exception>
    public static NodeIdentity Load(string stateDirectory) => Load(StateDirectory.Open(stateDirectory));

    /// <summary>
    /// Reads a node. Where it is its own authority, its certificate is renewed (same key, so that its peers notice nothing) when it has
    /// less than 90 days to go. The caller holds the directory's lock.
    /// </summary>
    internal static NodeIdentity LoadRenewed(StateDirectory directory, TimeProvider time)
    {
        NodeIdentity identity = Load(directory);
        if (!identity.IsIssuer || identity.ExpiresAt - time.GetUtcNow() > RenewBefore)
        {
            return identity;
        }

        using (identity)
        using (X509Certificate2 renewed = identity.Issue(identity.Name, identity.Certificate.PublicKey, time.GetUtcNow()))
        {
            directory.Write(CertificateFile, renewed.ExportCertificatePem());
        }

        return Load(directory);
    }

    /// <summary>Signs a certificate for another node's key.</summary>
    internal X509Certificate2 Issue(string name, PublicKey key, DateTimeOffset now)
    {
        // The authority's key is in memory only while it signs.
        using ECDsa authorityKey = ReadKey(_directory, AuthorityKeyFile);
        using X509Certificate2 authority = Authority.CopyWithPrivateKey(authorityKey);
        return NodeCertificates.Issue(authority, name, key, now);
    }

    internal byte[] CreateSigningRequest()
    {
        using ECDsa key = Certificate.GetECDsaPrivateKey()!;
        return NodeCertificates.CreateSigningRequest(key, Name);
    }

    /// <summary>The files that make this node a member under another's authority. Its own authority's key goes.</summary>
    internal Dictionary<string, string?> MemberFiles(string issuer, X509Certificate2 certificate, X509Certificate2 authority) => new()
    {
        [CertificateFile] = certificate.ExportCertificatePem(),
        [AuthorityFile] = authority.ExportCertificatePem(),
        [AuthorityKeyFile] = null,
        [AboutFile] = StateJson.Write(new AboutNode(Name, issuer)),
    };

    public void Dispose()
    {
        Certificate.Dispose();
        Authority.Dispose();
    }

    private static Dictionary<string, string?> NewFiles(string name, DateTimeOffset now)
    {
        using ECDsa authorityKey = NodeCertificates.NewKey();
        using ECDsa key = NodeCertificates.NewKey();
        using X509Certificate2 authority = NodeCertificates.CreateAuthority(authorityKey, name, now);
        PublicKey publicKey = new(key);
        using X509Certificate2 certificate = NodeCertificates.Issue(authority, name, publicKey, now);
        return new Dictionary<string, string?>
        {
            [AuthorityKeyFile] = authorityKey.ExportPkcs8PrivateKeyPem(),
            [AuthorityFile] = authority.ExportCertificatePem(),
            [KeyFile] = key.ExportPkcs8PrivateKeyPem(),
            [CertificateFile] = certificate.ExportCertificatePem(),
            [AboutFile] = StateJson.Write(new AboutNode(name, name)),
        };
    }

    private static NodeIdentity Load(StateDirectory directory)
    {
        string about = directory.Read(AboutFile)
            ?? throw new NodeStateException($"there is no node in {directory.Path}; run: umbra node init --name NAME");
        try
        {
            AboutNode parsed = StateJson.Read<AboutNode>(about);
            using ECDsa key = ReadKey(directory, KeyFile);
            using X509Certificate2 certificate = NodeCertificates.FromPem(ReadFile(directory, CertificateFile));
            X509Certificate2 authority = NodeCertificates.FromPem(ReadFile(directory, AuthorityFile));
            return new NodeIdentity(directory, parsed, NodeCertificates.Join(certificate, key), authority);
        }
        catch (Exception e) when (e is JsonException or CryptographicException or ArgumentException)
        {
            throw new NodeStateException(
                $"the node in {directory.Path} is damaged ({e.Message}); restore a backup or move it away and run: umbra node init",
                e);
        }
    }

    private static ECDsa ReadKey(StateDirectory directory, string file)
    {
        ECDsa key = ECDsa.Create();
        try
        {
            key.ImportFromPem(ReadFile(directory, file));
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private static string ReadFile(StateDirectory directory, string file) => directory.Read(file)
        ?? throw new NodeStateException($"{directory.FilePath(file)} is missing; restore it from a backup");
}
