using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Umbra.Transports.Tests.Contract;

/// <summary>Self-signed certificates; who is who is decided by thumbprint.</summary>
internal static class TestCertificates
{
    public static X509Certificate2 Target { get; } = Make("target");

    public static X509Certificate2 Near { get; } = Make("near");

    public static X509Certificate2 Stranger { get; } = Make("stranger");

    private static X509Certificate2 Make(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
    }
}
