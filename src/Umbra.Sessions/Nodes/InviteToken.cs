using System.Buffers.Text;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Umbra.Sessions.Nodes;

/// <summary>
/// What an invited node is given, out of band: <c>umbra-</c> and 72 characters of base64url over
/// version (1) | seed (16) | SHA-256 of the inviting node's public key (32) | checksum (5: the first bytes of the SHA-256 of all before).
/// The seed makes an ephemeral P-256 key, with which the joining node proves to be invited; the hash is how it recognises the inviting
/// node. The node's key is named rather than its authority, because every node enrolled before holds a certificate of that authority. A
/// secret: never log it.
/// </summary>
public sealed class InviteToken
{
    public const string Prefix = "umbra-";
    private const byte Version = 1;
    private const int SeedBytes = 16;
    private const int HashBytes = 32;
    private const int ChecksumBytes = 5;
    private const int TotalBytes = 1 + SeedBytes + HashBytes + ChecksumBytes;
    private static readonly BigInteger OrderMinusOne = BigInteger.Parse(
        "0FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632550", System.Globalization.NumberStyles.HexNumber,
        System.Globalization.CultureInfo.InvariantCulture);
    private readonly byte[] _seed;

    private InviteToken(byte[] seed, string inviterKeyHash)
    {
        _seed = seed;
        InviterKeyHash = inviterKeyHash;
        using ECDsa key = CreateKey();
        PublicKeyHash = NodeCertificates.KeyHash(new PublicKey(key));
    }

    /// <summary>The key hash of the node that invites.</summary>
    public string InviterKeyHash { get; }

    /// <summary>The hash of the ephemeral public key: all the inviting node keeps.</summary>
    public string PublicKeyHash { get; }

    internal static InviteToken Create(string inviterKeyHash) => new(RandomNumberGenerator.GetBytes(SeedBytes), inviterKeyHash);

    /// <exception cref="EnrolmentException">Not a token, or mistyped.</exception>
    public static InviteToken Parse(string text)
    {
        string trimmed = text.Trim();
        if (!trimmed.StartsWith(Prefix, StringComparison.Ordinal))
        {
            throw new EnrolmentException($"an invite token starts with {Prefix}; get one with: umbra node invite");
        }

        byte[] bytes = new byte[TotalBytes];
        string body = trimmed[Prefix.Length..];
        bool isWhole = body.Length == Base64Url.GetEncodedLength(TotalBytes) && !body.Any(char.IsWhiteSpace)
            && Base64Url.TryDecodeFromChars(body, bytes, out int written) && written == TotalBytes;
        if (!isWhole || !Checksum(bytes).AsSpan().SequenceEqual(bytes.AsSpan(TotalBytes - ChecksumBytes)))
        {
            throw new EnrolmentException("the invite token is not complete or was altered; copy it again, all of it");
        }

        return bytes[0] == Version
            ? new InviteToken(bytes[1..(1 + SeedBytes)], Convert.ToHexString(bytes, 1 + SeedBytes, HashBytes))
            : throw new EnrolmentException($"the invite token is of version {bytes[0]}, which this program does not know; update it");
    }

    /// <summary>The token itself.</summary>
    public string Reveal()
    {
        byte[] bytes = new byte[TotalBytes];
        bytes[0] = Version;
        _seed.CopyTo(bytes, 1);
        Convert.FromHexString(InviterKeyHash).CopyTo(bytes, 1 + SeedBytes);
        Checksum(bytes).CopyTo(bytes, TotalBytes - ChecksumBytes);
        return Prefix + Base64Url.EncodeToString(bytes);
    }

    /// <summary>A self-signed certificate with the ephemeral key; the caller disposes it. Nobody looks at anything but its key.</summary>
    internal X509Certificate2 CreateCertificate(TimeProvider time)
    {
        using ECDsa key = CreateKey();
        CertificateRequest request = new("CN=umbra invite", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = time.GetUtcNow();
        using X509Certificate2 certificate = request.CreateSelfSigned(now - TimeSpan.FromDays(1), now + TimeSpan.FromDays(1));
        using X509Certificate2 bare = X509CertificateLoader.LoadCertificate(certificate.RawData);
        return NodeCertificates.Join(bare, key);
    }

    private static byte[] Checksum(byte[] bytes) => SHA256.HashData(bytes.AsSpan(0, TotalBytes - ChecksumBytes))[..ChecksumBytes];

    /// <summary>48 bytes of HKDF modulo (order - 1), plus 1: every private key equally likely within 2^-128.</summary>
    private ECDsa CreateKey()
    {
        byte[] wide = HKDF.DeriveKey(HashAlgorithmName.SHA256, _seed, 48, info: "umbra invite key 1"u8.ToArray());
        BigInteger scalar = (new BigInteger(wide, isUnsigned: true, isBigEndian: true) % OrderMinusOne) + 1;
        byte[] digits = scalar.ToByteArray(isUnsigned: true, isBigEndian: true);
        byte[] d = new byte[32];
        digits.CopyTo(d, d.Length - digits.Length);
        return ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = d });
    }
}
