namespace Umbra.Sessions.Nodes;

/// <summary>What an enrolment message may hold. Checked before memory is taken.</summary>
internal static class EnrolmentLimits
{
    public const int MaxFrameBytes = 16 * 1024;
    public const int MaxSigningRequestBytes = 2048;
    public const int MaxCertificateBytes = 4096;
    public const int MaxAddresses = 16;
    public const int MaxAddressBytes = 256;
    public const int MaxRefusalBytes = 512;
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
}
