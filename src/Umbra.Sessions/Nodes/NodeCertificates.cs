using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Umbra.Sessions.Nodes;

/// <summary>
/// The certificates of nodes: ECDSA P-256; an authority signs only leaves; a leaf carries the node's name as its one DNS name and serves
/// both as client and as server. A key is known by the SHA-256 of its SubjectPublicKeyInfo, upper-case hex, which outlives a renewal.
/// </summary>
internal static class NodeCertificates
{
    public const string ServerUse = "1.3.6.1.5.5.7.3.1";
    public const string ClientUse = "1.3.6.1.5.5.7.3.2";
    private const string P256 = "1.2.840.10045.3.1.7";

    /// <summary>Two nodes' clocks may differ by this much.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromHours(1);
    private static readonly TimeSpan AuthorityLifetime = TimeSpan.FromDays(20 * 365);
    private static readonly TimeSpan NodeLifetime = TimeSpan.FromDays(366);

    public static ECDsa NewKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public static string KeyHash(X509Certificate2 certificate) => KeyHash(certificate.PublicKey);

    public static string KeyHash(PublicKey key) => Convert.ToHexString(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));

    public static X509Certificate2 CreateAuthority(ECDsa key, string name, DateTimeOffset now)
    {
        // The random part keeps the authorities of two nodes that were given the same name apart.
        string suffix = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
        CertificateRequest request = new($"CN=Umbra authority of {name} {suffix}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request.CreateSelfSigned(now - ClockSkew, now + AuthorityLifetime);
    }

    /// <param name="authority">With its private key.</param>
    public static X509Certificate2 Issue(X509Certificate2 authority, string name, PublicKey key, DateTimeOffset now)
    {
        CertificateRequest request = new(new X500DistinguishedName($"CN={name}"), key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerUse), new Oid(ClientUse)], false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(key, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        byte[] serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        DateTimeOffset from = Later(now - ClockSkew, authority.NotBefore);
        return request.Create(authority, from, Earlier(now + NodeLifetime, authority.NotAfter), serial);
    }

    public static byte[] CreateSigningRequest(ECDsa key, string name) =>
        new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSigningRequest();

    /// <summary>
    /// Reads the key out of a PKCS#10 request whose signature proves that its sender holds the private key. Nothing else of it is used.
    /// </summary>
    public static bool TryReadSigningRequest(byte[] der, [NotNullWhen(true)] out PublicKey? key)
    {
        key = null;
        try
        {
            PublicKey offered = CertificateRequest.LoadSigningRequest(der, HashAlgorithmName.SHA256).PublicKey;
            key = IsP256(offered) ? offered : null;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or NotSupportedException)
        {
            // Whatever the parser's complaint, it is the sender's request that is wrong.
        }

        return key is not null;
    }

    public static bool TryReadCertificate(byte[] der, [NotNullWhen(true)] out X509Certificate2? certificate)
    {
        certificate = null;
        try
        {
            certificate = X509CertificateLoader.LoadCertificate(der);
        }
        catch (CryptographicException)
        {
            return false;
        }

        return true;
    }

    public static X509Certificate2 FromPem(string pem) => X509Certificate2.CreateFromPem(pem);

    /// <summary>The certificate with its key, in the shape the platform's TLS can use.</summary>
    public static X509Certificate2 Join(X509Certificate2 certificate, ECDsa key)
    {
        X509Certificate2 joined = certificate.CopyWithPrivateKey(key);
        if (!OperatingSystem.IsWindows())
        {
            return joined;
        }

        // Windows' TLS cannot use a key that lives only in this process; a PKCS#12 import gives it a home.
        using (joined)
        {
            return X509CertificateLoader.LoadPkcs12(joined.Export(X509ContentType.Pfx), null);
        }
    }

    /// <summary>How a chain is built here: this authority alone is trusted, and nothing is ever fetched from the network.</summary>
    public static X509ChainPolicy ChainPolicy(X509Certificate2 authority)
    {
        X509ChainPolicy policy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.Add(authority);
        return policy;
    }

    /// <summary>
    /// Null where the authority itself issued this leaf, it is within its dates and made for <paramref name="use"/>; else what is wrong.
    /// </summary>
    public static string? Check(X509Certificate2 leaf, X509Certificate2 authority, string use, DateTimeOffset now)
    {
        using X509Chain chain = new();
        chain.ChainPolicy = ChainPolicy(authority);
        chain.ChainPolicy.VerificationTime = now.LocalDateTime;
        bool trusted = chain.Build(leaf);
        int length = chain.ChainElements.Count;
        string problems = string.Join(", ", chain.ChainStatus.Select(s => s.Status));
        foreach (X509ChainElement element in chain.ChainElements)
        {
            element.Certificate.Dispose();
        }

        if (!trusted)
        {
            return $"its certificate does not hold: {problems}";
        }

        if (length != 2 || !IsAuthority(authority))
        {
            return "its certificate was not issued by the authority itself";
        }

        return MayServe(leaf, use) ? null : "its certificate is not made for this use";
    }

    public static bool IsAuthority(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(e => e.CertificateAuthority) && IsP256(certificate.PublicKey);

    /// <summary>True where the certificate has one name, and it is this.</summary>
    public static bool IsFor(X509Certificate2 certificate, string name)
    {
        string[] names = [.. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(e => e.EnumerateDnsNames())];
        return names.Length == 1 && NodeNames.Same(names[0], name);
    }

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private static bool MayServe(X509Certificate2 leaf, string use) =>
        leaf.Extensions.OfType<X509EnhancedKeyUsageExtension>().Any(e => e.EnhancedKeyUsages.Cast<Oid>().Any(o => o.Value == use));

    private static bool IsP256(PublicKey key)
    {
        try
        {
            using ECDsa? ec = key.GetECDsaPublicKey();
            return ec is not null && ec.ExportParameters(false).Curve.Oid.Value == P256;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or NotSupportedException)
        {
            return false;
        }
    }
}
