using System.Security.Cryptography;

namespace Umbra.Core.Rfb;

/// <summary>
/// VNC authentication (RFC 6143, 7.2.2): the server sends 16 random bytes, the client returns them encrypted with DES in ECB mode. The key
/// is the password, at most
/// 8 bytes, filled up with zeros, the bits of each byte in reverse order. It keeps out the curious, not an eavesdropper: use it inside TLS
/// or with a password
/// that is worth nothing a minute later.
/// </summary>
public static class VncAuth
{
    /// <summary>Bytes of the challenge and of the response.</summary>
    public const int ChallengeSize = 16;

    /// <summary>Most bytes of a password that count.</summary>
    public const int MaxPasswordBytes = 8;

    /// <summary>A fresh challenge.</summary>
    public static void Challenge(Span<byte> challenge) => RandomNumberGenerator.Fill(challenge[..ChallengeSize]);

    /// <summary>Fills <paramref name="response"/> with the 16 bytes a client that knows <paramref name="password"/> answers.</summary>
    public static void Encrypt(ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> password, Span<byte> response)
    {
        Span<byte> key = stackalloc byte[MaxPasswordBytes];
        int length = Math.Min(password.Length, MaxPasswordBytes);
        for (int i = 0; i < length; i++)
        {
            key[i] = ReverseBits(password[i]);
        }

        ulong[] schedule = Des.Schedule(key);
        Des.Encrypt(schedule, challenge[..8], response[..8]);
        Des.Encrypt(schedule, challenge[8..ChallengeSize], response[8..ChallengeSize]);
        CryptographicOperations.ZeroMemory(key);
        Array.Clear(schedule);
    }

    /// <summary>Whether <paramref name="response"/> answers <paramref name="challenge"/>; takes the same time either way.</summary>
    public static bool Verify(ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> password, ReadOnlySpan<byte> response)
    {
        Span<byte> expected = stackalloc byte[ChallengeSize];
        Encrypt(challenge, password, expected);
        return CryptographicOperations.FixedTimeEquals(expected, response);
    }

    private static byte ReverseBits(byte value)
    {
        int reversed = 0;
        for (int bit = 0; bit < 8; bit++)
        {
            reversed |= ((value >> bit) & 1) << (7 - bit);
        }

        return (byte)reversed;
    }
}
